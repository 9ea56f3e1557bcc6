import type { Definition, Step } from '../../../src/saga/definition.js';
import { parseDefinition } from '../../../src/saga/definition-parser.js';
import { suggestion } from '../../../src/saga/nearest.js';
import { SagaTestSetupError } from './test-errors.js';

/** A definition as {@link parseDefinition} takes it. Compiled once: expressions and schemas take longest in a test. */
const compiled = new WeakMap<object, Definition>();

/**
 * Checks and compiles a definition: what a builder built, or what was read from JSON or YAML.
 * @throws {SagaTestSetupError} with all its problems
 */
export function compileDefinition(document: object): Definition {
  const known = compiled.get(document);
  if (known) return known;
  // What would be sent to the server: a builder's object may say what that is by its toJSON.
  const parsed = parseDefinition(JSON.parse(JSON.stringify(document)), { version: 1 });
  if ('problems' in parsed) {
    const name = (document as { name?: unknown }).name;
    throw new SagaTestSetupError(
      `the definition ${typeof name === 'string' ? `${name} ` : ''}can't work:`,
      parsed.problems.map(({ pointer, detail }) => (pointer ? `${pointer}: ${detail}` : detail)),
    );
  }
  compiled.set(document, parsed.definition);
  return parsed.definition;
}

/** A step, and the definition that it is part of. */
export interface StepAddress {
  readonly definition: string;
  readonly step: Step;
}

/** The definition under test and those of its child sagas. */
export class Library {
  private readonly byName: ReadonlyMap<string, Definition>;

  constructor(
    readonly root: Definition,
    children: readonly Definition[],
  ) {
    this.byName = new Map([root, ...children].map((definition) => [definition.name, definition]));
  }

  get definitions(): readonly Definition[] {
    return [...this.byName.values()];
  }

  find(name: string): Definition | undefined {
    return this.byName.get(name);
  }

  /**
   * @param address name of a step of the definition under test, or `child/step` for one of a child's
   * @throws {SagaTestSetupError} if there is none
   */
  step(address: string): StepAddress {
    const [child, inChild] = address.split('/');
    const definition = inChild === undefined ? this.root : this.find(child!);
    const step = definition?.steps.find(({ name }) => name === (inChild ?? address));
    if (definition && step) return { definition: definition.name, step };
    const known = this.definitions.flatMap(({ name, steps }) =>
      steps.map((step) => (name === this.root.name ? step.name : `${name}/${step.name}`)),
    );
    throw new SagaTestSetupError(`${this.root.name} can't be tested like that:`, [
      `there is no step ${address}${suggestion(address, known) || `: there are ${known.join(', ')}`}`,
    ]);
  }
}

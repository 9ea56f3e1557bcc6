import type { Definition } from '../saga/definition.js';
import { parseDefinition } from '../saga/definition-parser.js';
import type { Definitions } from '../store/definitions.js';
import { UnknownDefinition } from './engine-errors.js';

/** Most versions kept ready; the least recently used one is dropped. */
const CAPACITY = 1_000;

/** Stored definitions, parsed and compiled once per process. A version never changes, so neither does its compiled form. */
export class CompiledDefinitions {
  private readonly compiled = new Map<string, Definition>();

  constructor(private readonly definitions: Definitions) {}

  /**
   * @param version the latest when absent
   * @throws UnknownDefinition
   */
  async get(name: string, version?: number): Promise<Definition> {
    if (version !== undefined) {
      const known = this.compiled.get(`${name}@${version}`);
      if (known) return known;
    }
    const stored = await this.definitions.get(name, version);
    if (!stored) {
      throw new UnknownDefinition(
        version === undefined
          ? `there is no definition ${name}`
          : `there is no version ${version} of definition ${name}`,
      );
    }
    const key = `${name}@${stored.version}`;
    return this.compiled.get(key) ?? this.compile(key, stored.source, stored.version);
  }

  private compile(key: string, source: unknown, version: number): Definition {
    const parsed = parseDefinition(source);
    // It was checked when it was stored: a release that refuses it now is broken, and must say so.
    if ('problems' in parsed) {
      const problems = parsed.problems.map((p) => `${p.pointer}: ${p.detail}`).join('; ');
      throw new Error(`stored definition ${key} does not parse any more: ${problems}`);
    }
    const definition = { ...parsed.definition, version };
    if (this.compiled.size >= CAPACITY) this.compiled.delete(this.compiled.keys().next().value!);
    this.compiled.set(key, definition);
    return definition;
  }
}

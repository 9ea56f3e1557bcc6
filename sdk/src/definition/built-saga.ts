import type { Json } from '../json.js';
import type { DefinitionJson, StepJson } from './definition-json.js';
import { writeJson } from './mapping.js';
import { DefinitionError, Place, type Problem } from './problem.js';
import type { StandardSchema } from '../standard-schema.js';
import { yamlOf } from './yaml-text.js';

/**
 * A definition, ready to be stored and started.
 *
 * @typeParam Input what a saga is started with
 * @typeParam Output what it answers with
 */
export interface BuiltSaga<Input = unknown, Output = unknown> {
  readonly name: string;
  /** Only types: never there when the program runs. */
  readonly '~types'?: { readonly input: Input; readonly output: Output };
  /** The schema that the input was declared with, for `validateInput`. */
  readonly schema?: StandardSchema | undefined;
  /** The definition, as `POST /v1/definitions` takes it. A new copy each time. */
  toJSON(): DefinitionJson;
  /** The same as YAML, for people and for the repository. */
  toYAML(): string;
}

/** @param json what can be written as JSON; it is not looked at again */
export function builtSaga<Input, Output>(json: DefinitionJson, schema?: StandardSchema): BuiltSaga<Input, Output> {
  return {
    name: json.name,
    schema,
    // Not `structuredClone`: under Jest that gives objects of another realm.
    toJSON: () => JSON.parse(JSON.stringify(json)) as DefinitionJson,
    toYAML: () => yamlOf(json as unknown as Json),
  };
}

/** What the server adds to a definition that it has stored. */
const ADDED = ['version', 'createdAt', 'warnings', 'links'];

/**
 * Reads a definition back: from a file, or as the server gives it; what the server added to it is left out. Only its
 * outline is checked. The server finds the rest when it is stored.
 *
 * @throws {DefinitionError} if it is no JSON, or has no name or no steps with names
 *
 * @example
 * const order = definition<{ sku: string }>(JSON.parse(await readFile('place-order.json', 'utf8')));
 */
export function definition<Input = unknown, Output = unknown>(document: unknown): BuiltSaga<Input, Output> {
  const problems: Problem[] = [];
  const json = readOutline(document, new Place(problems));
  if (problems.length > 0 || !json) throw new DefinitionError(problems);
  return builtSaga(json);
}

function readOutline(document: unknown, place: Place): DefinitionJson | undefined {
  const json = writeJson(document, place);
  if (!isRecord(json)) return place.refuse('must be an object with a name and steps');
  const { name, steps, ...rest } = Object.fromEntries(Object.entries(json).filter(([key]) => !ADDED.includes(key)));
  if (typeof name !== 'string') place.at('name').refuse(name === undefined ? 'is missing' : 'must be a text');
  if (!Array.isArray(steps)) place.at('steps').refuse(steps === undefined ? 'is missing' : 'must be a list');
  else {
    (steps as readonly Json[]).forEach((step, i) => {
      if (!isRecord(step)) place.at('steps').at(i).refuse('must be an object with a name');
      else if (typeof step['name'] !== 'string') place.at('steps').at(i).at('name').refuse('must be a text');
    });
  }
  return { name: name as string, ...rest, steps: steps as unknown as readonly StepJson[] };
}

function isRecord(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Duration } from '../duration.js';
import { builtSaga, type BuiltSaga } from './built-saga.js';
import type { DefinitionJson } from './definition-json.js';
import { writeJson, writeMapping } from './mapping.js';
import { DefinitionError, Place, type Problem } from './problem.js';
import { isStandardSchema, jsonSchemaOf, type StandardSchema } from '../standard-schema.js';
import { jsonOf, writeStep, writeTime, type PlannedStep } from './write-step.js';

/** JSON Schema 2020-12. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** What holds for a saga as a whole. */
export interface SagaOptions<Input> {
  /** Up to 2,000 characters, for people. */
  readonly description?: string;
  /**
   * What a saga is started with: a schema of zod, valibot, arktype …, or a JSON Schema (2020-12) and the type
   * parameter. The server checks it where there is a JSON Schema: given, or offered by the schema's library.
   * Default: anything goes.
   */
  readonly input?: StandardSchema<Input> | JsonSchema;
  /** From the start. Before the pivot it turns the saga back; after it, it is only noted. Default: none. */
  readonly deadline?: Duration;
  /** JSON pointers to what must not be shown of the input, such as `/card`. Default: none. */
  readonly sensitive?: readonly string[];
}

/** All that has been said about a saga so far. */
export interface Plan {
  readonly name: string;
  readonly options: SagaOptions<unknown>;
  readonly steps: readonly Placed[];
  /** Names of the steps that the next one waits for. */
  readonly ends: readonly string[];
  readonly output?: unknown;
}

/** A step, and where in the order it stands. */
export interface Placed {
  readonly name: string;
  readonly step: PlannedStep;
  readonly after: readonly string[];
}

/**
 * The definition, written down: its mappings are called here.
 * @throws {DefinitionError} with everything that is wrong with it
 */
export function buildPlan({ name, options, steps, output }: Plan): BuiltSaga {
  const problems: Problem[] = [];
  const place = new Place(problems);
  const { description, input, deadline, sensitive } = options;
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    place.at('name').refuse('must be lower-case letters, digits and hyphens, a letter first, 63 at most');
  }
  if (steps.length === 0) place.at('steps').refuse('a saga needs a step');
  const json = jsonOf({
    name,
    description,
    input: writeInput(input, place.at('input')),
    deadline: writeTime(deadline, place.at('deadline')),
    sensitive,
    steps: writeSteps(steps, place.at('steps')),
    output: writeMapping(output, new Set(steps.map((step) => step.name)), place.at('output')),
  });
  if (problems.length > 0) throw new DefinitionError(problems);
  return builtSaga(json as unknown as DefinitionJson, isStandardSchema(input) ? input : undefined);
}

function writeSteps(steps: readonly Placed[], place: Place): Readonly<Record<string, never>>[] {
  /** By name: the step, and all that are done before it. */
  const done = new Map<string, ReadonlySet<string>>();
  return steps.map(({ name, step, after }, i) => {
    const spot = place.at(i);
    if (done.has(name)) spot.at('name').refuse(`a step above is called ${name}, too: give each a name of its own`);
    if (!/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/.test(name)) {
      spot.at('name').refuse('must be letters, digits, hyphens and underscores, a letter first, 63 at most');
    }
    after.forEach((wanted, k) => {
      if (!done.has(wanted)) spot.at('after').at(k).refuse(`no step above is called ${wanted}`);
    });
    const sees = new Set(after.flatMap((before) => [before, ...(done.get(before) ?? [])]));
    done.set(name, sees);
    const usual = steps.slice(Math.max(0, i - 1), i).map((above) => above.name);
    const isUsual = step.options.after === undefined && after.length === usual.length && after[0] === usual[0];
    return jsonOf({
      name,
      after: isUsual ? undefined : after,
      ...writeStep(name, step, sees, spot),
    }) as Readonly<Record<string, never>>;
  });
}

function writeInput(input: StandardSchema | JsonSchema | undefined, place: Place): ReturnType<typeof writeJson> {
  if (!isStandardSchema(input)) return writeJson(input, place);
  try {
    return writeJson(jsonSchemaOf(input), place);
  } catch (error) {
    return place.refuse(`can't be said as a JSON Schema: ${error instanceof Error ? error.message : String(error)}`);
  }
}

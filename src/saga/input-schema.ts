import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { MAX_SUBJECT, repetitionProblem } from './bounded-regexp.js';
import type { Definition } from './definition.js';
import type { Json, JsonObject } from './json.js';
import { Place, type Problem } from './problems.js';
import { isRecord } from './readings.js';

/** Most problems that are told about one input. */
const MAX_PROBLEMS = 100;

/** By the document that the schema stands in: a compiled schema lives exactly as long as its definition. */
const compiled = new WeakMap<JsonObject, ValidateFunction>();

/** Knows what a JSON Schema is. Building this takes long, so it is built once; it never keeps a schema that it checks. */
let metaSchema: Ajv2020 | undefined;

/** Reads the schema of a saga's input that stands in `source`. What is wrong with it goes to `place`. */
export function readInputSchema(schema: unknown, place: Place, source: JsonObject): JsonObject | boolean | undefined {
  if (typeof schema !== 'boolean' && !isRecord(schema)) {
    return place.refuse('must be a JSON Schema (2020-12): an object, true or false');
  }
  metaSchema ??= newAjv();
  try {
    if (!metaSchema.validateSchema(schema)) return refuseAll(metaSchema.errors ?? [], place);
    const check = compile(schema);
    if ('$async' in check) return place.at('$async').refuse('is not supported: leave it out');
    compiled.set(source, check);
    return schema as JsonObject | boolean;
  } catch (error) {
    return place.refuse(`the schema does not compile: ${(error as Error).message}${mend(error)}`);
  }
}

/**
 * The check of what a saga of this definition is started with: `[]` when the input is good. Pointers are below `/input`.
 * Nothing is coerced, filled in or changed. Compiled once per definition.
 */
export function inputChecker(definition: Definition): (input: Json) => Problem[] {
  const { input: schema, source } = definition;
  if (schema === undefined || schema === true) return () => [];
  const check = compiled.get(source) ?? compile(schema);
  compiled.set(source, check);
  return (input) => {
    try {
      return check(input) ? [] : (check.errors ?? []).slice(0, MAX_PROBLEMS).map(problemFrom);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [{ pointer: '/input', detail: 'is nested too deeply to be checked' }];
    }
  };
}

/** A new instance each time: the `$id` of one definition means nothing to another. */
function compile(schema: object | boolean): ValidateFunction {
  return newAjv({ validateSchema: false }).compile(schema);
}

function newAjv(options: Options = {}): Ajv2020 {
  // Not strict: an unknown keyword is a note to people, as the standard has it.
  return new Ajv2020({
    strict: false,
    allErrors: true,
    logger: false,
    formats: fullFormats,
    code: { regExp },
    ...options,
  });
}

const regExp = Object.assign(
  (pattern: string, flags: string) => {
    const problem = repetitionProblem(pattern);
    if (problem) throw new Error(`pattern ${pattern}: ${problem}`);
    const compiled = new RegExp(pattern, flags);
    return { test: (text: string) => text.length <= MAX_SUBJECT && compiled.test(text) };
  },
  { code: 'unused: schemas are never written out as code' },
);

/** One problem for each spot: of the ways in which Ajv says it, the first says most. */
function refuseAll(errors: readonly ErrorObject[], place: Place): undefined {
  const seen = new Set<string>();
  for (const error of errors) {
    if (seen.has(error.instancePath)) continue;
    seen.add(error.instancePath);
    place.below(error.instancePath).refuse(`is no JSON Schema (2020-12): it ${detailOf(error)}`);
  }
}

function mend(error: unknown): string {
  const { message } = error as Error;
  if (message.startsWith('no schema with key or ref')) return '; leave out $schema, or name the 2020-12 dialect';
  if (error instanceof RangeError) return '; a $ref must not lead back to itself';
  if (message.startsWith("can't resolve reference")) return '; put it under $defs: nothing is fetched from elsewhere';
  return '';
}

function problemFrom(error: ErrorObject): Problem {
  const problems: Problem[] = [];
  const place = new Place(problems, '/input').below(error.instancePath);
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params as Record<
    string,
    string | undefined
  >;
  const unknown = additionalProperty ?? unevaluatedProperty;
  if (missingProperty !== undefined) place.at(missingProperty).refuse('is missing');
  else if (unknown !== undefined) place.at(unknown).refuse('is an unknown field: leave it out');
  else place.refuse(detailOf(error));
  return problems[0] as Problem;
}

function detailOf({ keyword, params, message }: ErrorObject): string {
  const { allowedValues, allowedValue } = params as { allowedValues?: readonly Json[]; allowedValue?: Json };
  if (keyword === 'enum')
    return shortened(`must be one of ${allowedValues?.map((value) => JSON.stringify(value)).join(', ')}`);
  if (keyword === 'const') return shortened(`must be ${JSON.stringify(allowedValue)}`);
  if (keyword === 'false schema') return 'is not allowed here: leave it out';
  return shortened(message ?? `fails ${keyword}`);
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

import type { Json } from '../json.js';
import type { StepStatus } from '../step-status.js';
import { sourceOf, type Expression } from './expression.js';
import type { Place } from './problem.js';
import { Recording, Unrecordable, type Ref } from './reference.js';

/** What a mapping can read. `Outputs` are the steps that are done by then, and what each answers. */
export interface Scope<Input, Outputs> {
  /** The saga's input. */
  readonly input: Ref<Input>;
  readonly steps: {
    readonly [Name in keyof Outputs]: {
      /** What the step answered; `null` if nothing came. */
      readonly output: Ref<Outputs[Name]>;
      readonly status: Expression<StepStatus>;
    };
  };
  readonly saga: {
    readonly id: Expression<string>;
    readonly name: Expression<string>;
    /** RFC 3339. */
    readonly startedAt: Expression<string>;
  };
}

/** JSON, with expressions in it. */
export type Mapped = Json | Expression | readonly Mapped[] | { readonly [name: string]: Mapped | undefined };

/** JSON that becomes a `T`, with expressions in it. */
export type MappedTo<T> = unknown extends T
  ? Mapped
  : | T
    | Expression<T>
    | (T extends readonly (infer Item)[]
        ? readonly MappedTo<Item>[]
        : T extends object
          ? { readonly [Key in keyof T]: MappedTo<T[Key]> }
          : never);

/**
 * How a value is made of what the saga knows, in one of two ways:
 *
 * - a function that returns it. It is called once, when the definition is built, and what it reads becomes JSONata:
 *   no calculations, texts joined or conditions; use `expr` for these.
 * - the value as it stands in a definition, where every text `{% … %}` is JSONata.
 *
 * @example
 * body: ({ input, steps, saga }) => ({ amount: input.amount, reservation: steps.reserve.output.id, order: saga.id })
 * @example
 * body: { amount: '{% input.amount %}', reservation: '{% steps.reserve.output.id %}', order: '{% saga.id %}' }
 */
export type Mapping<In, T = unknown> = MappedTo<T> | ((scope: In) => MappedTo<T>);

/** What becomes of a mapped value when the saga runs. What yields nothing becomes `null`. */
export type Resolved<M> = unknown extends M
  ? unknown
  : Json extends M
    ? Json
    : M extends Expression<infer T>
      ? unknown extends T
        ? unknown
        : Exclude<T, undefined> | (undefined extends T ? null : never)
      : M extends object
        ? { [Key in keyof M]: Resolved<M[Key]> }
        : M extends undefined
          ? null
          : M;

/**
 * The mapping as the definition has it. What can't be said goes to `place`.
 * @param sees names of the steps that a function may read
 */
export function writeMapping(mapping: unknown, sees: ReadonlySet<string>, place: Place): Json | undefined {
  if (typeof mapping !== 'function' || sourceOf(mapping) !== undefined) return writeJson(mapping, place);
  const recording = new Recording(sees);
  try {
    const mapped = (mapping as (scope: unknown) => unknown)(recording.scope);
    if (mapped instanceof Promise) {
      // Nobody waits for it, and it may well fail.
      mapped.catch(() => undefined);
      return place.refuse('the mapping must not be async: it is called when the definition is built');
    }
    const result = writeJson(mapped, place, literal);
    const unused = recording.unused.map((source) => `${source} is read, but is not in the result: leave it out`);
    if (unused.length > 0) place.refuse(`${unused.join('; ')}. To decide by it, write an expression with ? and :`);
    return result;
  } catch (error) {
    if (error instanceof Unrecordable) return place.refuse(error.message);
    throw error;
  }
}

/** How a text is written that means itself, though it may look like an expression. */
function literal(text: string): string {
  return /^\s*\{%.*%\}\s*$/s.test(text) ? `{% ${JSON.stringify(text)} %}` : text;
}

/**
 * A plain copy, as JSON has it: fields that are `undefined` are left out. Expressions become `{% … %}`.
 * What is not JSON goes to `place`.
 *
 * @param write how a text is written; default: as it is
 * @param around the objects that the value is in, so that one in itself is found
 */
export function writeJson(
  value: unknown,
  place: Place,
  write: (text: string) => string = (text) => text,
  around: readonly object[] = [],
): Json | undefined {
  const source = sourceOf(value);
  if (source !== undefined) return `{% ${source} %}`;
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'string':
      return write(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : place.refuse(`${value} is no number that JSON knows`);
    case 'object': {
      if (value === null) return null;
      if (around.includes(value)) return place.refuse('holds itself');
      const inner = (item: unknown, key: string | number) => writeJson(item, place.at(key), write, [...around, value]);
      if (Array.isArray(value)) return value.map((item, i) => inner(item, i) ?? null);
      if (isPlain(value)) return withoutGaps(Object.entries(value).map(([key, item]) => [key, inner(item, key)]));
    }
  }
  return place.refuse('is not JSON: give a text, a number, true or false, null, a list, or a plain object of these');
}

/** An object of the fields that are not `undefined`. */
export function withoutGaps(fields: readonly (readonly [string, Json | undefined])[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(fields.filter((field): field is [string, Json] => field[1] !== undefined));
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

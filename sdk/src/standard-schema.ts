/**
 * A schema of zod, valibot, arktype or any other library, by the shape that they have agreed on: https://standardschema.dev.
 *
 * @typeParam Input what the schema lets in. In definitions this is the type that counts: Skald checks data and never
 * changes it, so a schema's defaults and transformations have not happened when a mapping reads it
 * @typeParam Output what the schema makes of it. This is what a handler gets
 */
export interface StandardSchema<Input = unknown, Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => Validation<Output> | Promise<Validation<Output>>;
    /** Standard JSON Schema: what zod 4 and arktype have, and valibot by `toStandardJsonSchema`. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-2020-12' }) => object };
  };
}

/** What a schema says to a value. */
export type Validation<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema lets in, before any transformation of its own. */
export type InferInput<Schema> = Schema extends StandardSchema<infer Input> ? Input : unknown;

/** What a schema makes of a value that it lets in. */
export type InferOutput<Schema extends StandardSchema> = NonNullable<Schema['~standard']['types']>['output'];

/** Whether this is a schema of zod, valibot, arktype or the like. Arktype's are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  return value !== null && (typeof value === 'object' || typeof value === 'function') && '~standard' in value;
}

/**
 * A type where a schema may stand, for those who have no schema: nothing is checked when the program runs.
 *
 * @example
 * saga('place-order').step('reserve', {
 *   participant: 'inventory',
 *   action: { path: '/reservations', output: typed<{ id: string }>() },
 *   compensation: { path: '/reservations/cancel' },
 * });
 */
export function typed<T>(): StandardSchema<T, T> {
  return { '~standard': { version: 1, vendor: 'skald', validate: (value) => ({ value: value as T }) } };
}

/**
 * The JSON Schema of what the schema lets in; `undefined` if its library doesn't offer any.
 * @throws whatever the library throws about a schema that JSON can't meet, such as one of dates
 */
export function jsonSchemaOf({ '~standard': standard }: StandardSchema): unknown {
  const schema = standard.jsonSchema?.input({ target: 'draft-2020-12' });
  // The dialect is the only one that a definition knows, so it needn't be said.
  return schema && Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

/** Where in a value an issue is, as a JSON pointer (RFC 6901); `''` is the value itself. */
export function pointerTo({ path = [] }: SchemaIssue): string {
  return path
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .map((name) => `/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`)
    .join('');
}

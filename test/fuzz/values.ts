import fc from 'fast-check';
import { lookUp, type ApiDocument, type Schema } from './document.js';
import { Found } from './found.js';
import { wildField, wildValue } from './wild.js';

const DEEPEST = 4;

/** Values as a schema asks for them; where it leaves them open, what earlier answers told under the same name. */
export function valueOf(schema: Schema, document: ApiDocument, name = '', depth = 0): fc.Arbitrary<unknown> {
  const inner = (one: Schema, called = name) => valueOf(one, document, called, depth + 1);
  if (schema.$ref !== undefined) return inner(lookUp(document, schema.$ref) as Schema);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) return fc.oneof(...choices.map((choice) => inner(choice)));
  const types = [schema.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, name, depth, inner)));
}

function ofType(
  type: string,
  schema: Schema,
  name: string,
  depth: number,
  inner: (schema: Schema, name?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.ceil(schema.minimum ?? 0), max: Math.floor(schema.maximum ?? 100) }),
        fc.nat().map((which) => new Found(name, which)),
      );
    case 'array':
      if (depth > DEEPEST) return fc.constant([]);
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case 'object':
      return objectOf(schema, depth, inner);
    default:
      return textOf(schema, name);
  }
}

function objectOf(
  { properties, required = [], additionalProperties }: Schema,
  depth: number,
  inner: (schema: Schema, name?: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (depth > DEEPEST) return fc.constant({});
  if (properties) {
    const fields = Object.entries(properties).map(([name, schema]) => [name, inner(schema, name)]);
    return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: required as string[],
    });
  }
  const values = typeof additionalProperties === 'object' ? inner(additionalProperties) : wildValue;
  return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), values, { maxKeys: 4 });
}

function textOf({ pattern, format, minLength = 0, maxLength = 40 }: Schema, name: string): fc.Arbitrary<unknown> {
  const found = fc.nat().map((which) => new Found(name, which));
  if (format === 'date-time' || /At$|After$|Before$/.test(name)) {
    const around = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    return fc.oneof(
      around.map((date) => date.toISOString()),
      found,
    );
  }
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern)), found);
  const text = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
  return fc.oneof({ weight: 2, arbitrary: found }, { weight: 1, arbitrary: text });
}

/** The same value with something in it replaced, taken out or put in: nearly right is what finds most. */
export const mutated = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      value,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'drop', 'add'), wildField, wildValue), { maxLength: 3 }),
    )
    .map(([original, changes]) =>
      changes.reduce((result, [where, how, field, wild]) => change(result, where, how, field, wild), original),
    );

function change(value: unknown, where: number, how: string, field: string, wild: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Found) return wild;
  const keys = Object.keys(value);
  if (keys.length === 0 || (how === 'add' && where % 3 === 0)) return withField(value, field, wild);
  const key = keys[where % keys.length]!;
  const inner = (value as Record<string, unknown>)[key];
  const goesOn = typeof inner === 'object' && inner !== null && Math.floor(where / keys.length) % 3 !== 0;
  if (goesOn) return withField(value, key, change(inner, Math.floor(where / 7), how, field, wild));
  return how === 'drop' ? withField(value, key, undefined) : withField(value, key, wild);
}

function withField(value: object, field: string, inner: unknown): unknown {
  if (Array.isArray(value) && value.length === 0) return [inner];
  if (Array.isArray(value)) return value.with(Math.min(value.length - 1, Number(field) || 0), inner);
  const copy = Object.assign(Object.create(null) as Record<string, unknown>, value);
  copy[field] = inner;
  return copy;
}

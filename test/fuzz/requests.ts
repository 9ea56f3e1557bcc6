import fc from 'fast-check';
import type { ApiDocument, Operation, Parameter } from './document.js';
import { Found } from './found.js';
import { examplesFor } from './examples.js';
import { mutated, valueOf } from './values.js';
import { brokenBody, contentType, wildField, wildHeaders, wildText, wildValue } from './wild.js';

/** A request before it is sent: what comes from earlier answers is filled in then. */
export interface Draft {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: { readonly kind: 'none' } | { readonly kind: 'json' | 'text'; readonly value: unknown };
}

/** Requests for any operation of the document: right ones, nearly right ones, and wild ones. */
export function requestsFor(document: ApiDocument, operations: readonly Operation[]): fc.Arbitrary<Draft> {
  return fc.oneof(...operations.map((operation) => requestFor(operation, document)));
}

function requestFor(operation: Operation, document: ApiDocument): fc.Arbitrary<Draft> {
  const { parameters } = operation;
  const at = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  return fc.record({
    operation: fc.constant(operation),
    path: fc.record(
      Object.fromEntries(at('path').map((parameter) => [parameter.name, pathValue(parameter, operation)])),
    ),
    query: queryOf(at('query'), document),
    headers: headersOf(at('header'), document),
    body: bodyOf(operation, document),
  });
}

function pathValue({ name }: Parameter, { path }: Operation): fc.Arbitrary<unknown> {
  const [, collection] = new RegExp(`/(\\w+)/\\{${name}\\}`).exec(path) ?? [];
  return fc.oneof(
    { weight: 12, arbitrary: fc.nat().map((which) => new Found(`${collection}/${name}`, which)) },
    { weight: 2, arbitrary: wildText },
  );
}

function queryOf(parameters: readonly Parameter[], document: ApiDocument): Arbitrary<Draft['query']> {
  const right = fc
    .tuple(
      ...parameters.map(({ name, schema }) =>
        fc.option(asked(name, valueOf(schema ?? {}, document, name)), { freq: 1 }),
      ),
    )
    .map((pairs) => pairs.filter((pair) => pair !== null));
  const wild = fc.array(
    fc.tuple(
      fc.oneof(
        wildField,
        fc.constantFrom('limit', 'cursor', 'tag.a', 'tag.', 'status', ...parameters.map(({ name }) => name)),
      ),
      fc.oneof(wildText, fc.nat(300)),
    ),
    { maxLength: 4 },
  );
  return fc.oneof(
    { weight: 5, arbitrary: right },
    { weight: 2, arbitrary: wild },
    { weight: 1, arbitrary: fc.tuple(right, wild).map(([some, others]) => [...some, ...others]) },
  );
}

type Arbitrary<T> = fc.Arbitrary<T>;

function asked(name: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly [string, unknown]> {
  return value.map((one) => [name, one] as const);
}

function headersOf(parameters: readonly Parameter[], document: ApiDocument): fc.Arbitrary<Draft['headers']> {
  const fields = parameters.map(({ name, schema }) => [
    name.toLowerCase(),
    // A wait holds a connection; a second of it is enough.
    name === 'Prefer' ? fc.constantFrom('wait=0', 'wait=1') : valueOf(schema ?? {}, document, name),
  ]);
  const right = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
  const keys = fc.oneof(
    { weight: 30, arbitrary: fc.constant<Readonly<Record<string, unknown>>>({ authorization: 'admin' }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom('viewer', 'submitter', 'operator').map((authorization) => ({ authorization })),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom('Bearer x', 'Basic YTpi', 'Bearer', 'none')
        .map((authorization) => ({ authorization })),
    },
  );
  const more = fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: wildHeaders });
  return fc.tuple(keys, right, more).map((parts) => Object.assign({}, ...parts) as Draft['headers']);
}

function bodyOf({ id, body }: Operation, document: ApiDocument): fc.Arbitrary<Draft['body']> {
  if (!body) {
    return fc.oneof(
      { weight: 12, arbitrary: fc.constant({ kind: 'none' } as const) },
      { weight: 1, arbitrary: wildValue.map((value) => ({ kind: 'json', value }) as const) },
    );
  }
  const [schema = {}] = Object.values(body.types);
  const examples = examplesFor(id);
  const right = examples.length > 0 ? fc.constantFrom(...examples) : valueOf(schema, document);
  return fc.oneof(
    { weight: 6, arbitrary: json(right) },
    { weight: 4, arbitrary: json(valueOf(schema, document)) },
    { weight: 8, arbitrary: json(mutated(fc.oneof(right, valueOf(schema, document)))) },
    { weight: 2, arbitrary: json(wildValue) },
    { weight: 1, arbitrary: fc.constant({ kind: 'none' } as const) },
    { weight: 2, arbitrary: brokenBody.map((value) => ({ kind: 'text', value }) as const) },
  );
}

function json(value: fc.Arbitrary<unknown>): fc.Arbitrary<Draft['body']> {
  return value.map((one) => ({ kind: 'json', value: one }));
}

/** Now and then a body goes out under another name than its own. */
export const contentTypes = fc.oneof(
  { weight: 25, arbitrary: fc.constant('application/json') },
  { weight: 2, arbitrary: contentType },
);

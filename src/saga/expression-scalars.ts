import type { Scope } from './template.js';

/** Thrown when the data is not simple enough to do without JSONata. Shared and without a use for its stack: no error. */
export const UNSURE = new Error('only JSONata knows');

/** The value at the end of a path through plain objects; `undefined` where there is none. */
export function valueAt(scope: Scope, names: readonly string[]): unknown {
  let value: unknown = scope;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) || isFunction(value)) throw UNSURE;
    // Own fields only: a path never reaches what an object inherits.
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof value === 'object' && value !== null && isFunction(value)) throw UNSURE;
  return value;
}

/** JSONata's idea of true, for scalars. */
export function truth(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) throw UNSURE;
  return Boolean(value);
}

/** What `&` makes of a scalar. Fractions are rounded in JSONata's own way, so they are left to it. */
export function text(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      if (Number.isInteger(value)) return String(value);
      throw UNSURE;
    default:
      if (value === null) return 'null';
      throw UNSURE;
  }
}

/** Whether two scalars are equal; `null` when one of them is missing. */
export function equal(a: unknown, b: unknown): boolean | null {
  if (a === undefined || b === undefined) return null;
  if ((typeof a === 'object' && a !== null) || (typeof b === 'object' && b !== null)) throw UNSURE;
  return a === b;
}

type Order = (a: string | number, b: string | number) => boolean;

export const ORDERS: ReadonlyMap<unknown, Order> = new Map<unknown, Order>([
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

/** How two strings or two numbers stand; anything else is an error that JSONata words best. */
export function compare(a: unknown, b: unknown, order: Order): boolean {
  if (typeof a === 'number' && typeof b === 'number') return order(a, b);
  if (typeof a === 'string' && typeof b === 'string') return order(a, b);
  throw UNSURE;
}

/** Data that bears JSONata's own mark of a function is taken for one by JSONata. */
function isFunction(object: object): boolean {
  const marked = object as { _jsonata_function?: unknown; _jsonata_lambda?: unknown };
  return marked._jsonata_function === true || marked._jsonata_lambda === true;
}

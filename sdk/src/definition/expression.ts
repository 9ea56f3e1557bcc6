/** The mark of an expression, under which it has its JSONata. */
export const EXPRESSION = Symbol.for('skald.expression');

/**
 * A value that is known only when the saga runs: JSONata over `input`, `steps` and `saga`. `T` is what it yields, by
 * the word of whoever wrote it.
 */
export interface Expression<out T = unknown> {
  readonly [TYPE]: T;
}

/** Only a type: two copies of the SDK recognise each other's expressions by `EXPRESSION`. */
declare const TYPE: unique symbol;

/** What may be put into an expression: another one, or a value that is the same for every saga. */
export type Operand = Expression | string | number | boolean | null;

/**
 * JSONata, for what can't be said by reading a property: arithmetic, joined texts, conditions, functions.
 * As a template it takes in what a mapping reads; other values become literals.
 *
 * @typeParam T what it yields; taken on trust. Default: `unknown`, which fits where nothing is known of the value.
 *
 * @example
 * body: ({ input }) => ({
 *   total: expr<number>`${input.price} * ${input.qty}`,
 *   lines: expr<number>('$count(input.items)'),
 * })
 */
export function expr<T = unknown>(source: string): Expression<T>;
export function expr<T = unknown>(texts: TemplateStringsArray, ...operands: readonly Operand[]): Expression<T>;
export function expr<T>(texts: string | TemplateStringsArray, ...operands: readonly Operand[]): Expression<T> {
  return expression(
    typeof texts === 'string'
      ? texts
      : texts.map((text, i) => `${i > 0 ? written(operands[i - 1]!) : ''}${text}`).join(''),
  );
}

/**
 * A path with values in it, each percent-encoded, so that data can't lead to another path. A value that is missing,
 * `null` or empty is an error when the saga runs: `/orders/` is another resource than `/orders/7`.
 *
 * @example
 * action: { method: 'PUT', path: ({ input }) => path`/orders/${input.order}/address` }
 */
export function path(
  texts: TemplateStringsArray,
  ...operands: readonly (Expression | string | number)[]
): Expression<string> {
  const parts = texts.flatMap((text, i) => [
    ...(i > 0 ? [segment(operands[i - 1]!)] : []),
    ...(text === '' ? [] : [JSON.stringify(text)]),
  ]);
  return expression(parts.join(' & '));
}

function segment(operand: Expression | string | number): string {
  const source = sourceOf(operand);
  if (source === undefined) return JSON.stringify(encodeURIComponent(operand as string | number));
  const value = written(operand);
  const missing = JSON.stringify(`there is no ${source} to make a path of`);
  // To JSONata what is missing is neither equal nor unequal to anything.
  return `(${value} != null and ${value} != "" ? $encodeUrlComponent($string(${value})) : $error(${missing}))`;
}

/** The JSONata of an expression, or of something that a mapping reads; `undefined` for any other value. */
export function sourceOf(value: unknown): string | undefined {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  return (value as { readonly [EXPRESSION]?: string })[EXPRESSION];
}

function expression<T>(source: string): Expression<T> {
  return { [EXPRESSION]: source } as unknown as Expression<T>;
}

/** As part of a larger expression. */
function written(operand: Operand): string {
  const source = sourceOf(operand);
  if (source === undefined) return JSON.stringify(operand);
  return PATH.test(source) ? source : `(${source})`;
}

const PATH = /^[\w.[\]]+$/;

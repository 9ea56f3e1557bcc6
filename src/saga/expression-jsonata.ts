import jsonata from 'jsonata';
import { BoundedRegExp } from './bounded-regexp.js';
import { partsOf, type SyntaxNode } from './expression-syntax.js';
import { MappingError, type Scope } from './template.js';

/**
 * How much work one evaluation may be: one for each node of the expression each time it is evaluated, and one for every
 * 64 items or characters it yields. Takes 100 to 200 ms. No clock is asked: in a busy process the same expression would
 * fail now and then, and a failed mapping is a business no.
 */
export const MAX_WORK = 100_000;

/** `sequence`: longest list. `stack`: nodes under evaluation at once: the depth of a recursion, or the width of an object. */
const LIMITS = { sequence: 100_000, stack: 5_000, RegexEngine: BoundedRegExp as RegExpConstructor };

/** JSONata calls what is bound to these symbols before and after it evaluates a node. */
const ON_ENTRY = Symbol.for('jsonata.__evaluate_entry') as unknown as string;
const ON_EXIT = Symbol.for('jsonata.__evaluate_exit') as unknown as string;

/** The names that an expression sees; `base` is the outermost frame, one per evaluation. */
interface Frame {
  readonly base: Frame & { timestamp: Date; work: number };
  bind(name: string, value: unknown): void;
  lookup(name: string): unknown;
}

/** An expression in the hands of JSONata itself. */
export interface JsonataExpression {
  readonly tree: SyntaxNode;
  /** Rejects with {@link MappingError}; yields whatever JSONata yields, functions and hidden properties included. */
  run(scope: Scope): Promise<unknown>;
}

/** @throws what JSONata throws when the text is not an expression; see {@link describeFailure} */
export function compileJsonata(source: string): JsonataExpression {
  const expression = jsonata(source, LIMITS);
  expression.assign(ON_ENTRY, begin);
  expression.assign(ON_EXIT, countWork);
  expression.registerFunction('now', now, '<s?s?:s>');
  expression.registerFunction('millis', millis, '<:n>');
  const tree = expression.ast() as unknown as SyntaxNode;
  const writesInput = mayWriteInput(tree);
  return {
    tree,
    async run(scope) {
      try {
        // The result is unknown, JSONata says `any`.
        return (await expression.evaluate(writesInput ? structuredClone(scope) : scope)) as unknown;
      } catch (error) {
        throw new MappingError(`${describeFailure(error)}, in {% ${shortened(source, 80)} %}`);
      }
    },
  };
}

/** What JSONata says is wrong. Its errors are plain objects and may quote data, so the text is bounded. */
export function describeFailure(error: unknown): string {
  if (error instanceof RangeError && error.message.includes('call stack')) return 'is nested too deeply';
  const { message, position } = error as { message?: unknown; position?: unknown };
  const text = typeof message === 'string' ? message : 'fails';
  return shortened(text, 200) + (typeof position === 'number' ? ` (at character ${position})` : '');
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Pins the time: what an expression takes for now is the moment the saga started, on every replay. */
function begin(_node: unknown, _input: unknown, { base }: Frame): void {
  base.timestamp = new Date((base.lookup('$') as Scope).saga.startedAt);
  base.work = 0;
  base.bind(ON_ENTRY, undefined);
}

function countWork(_node: unknown, _input: unknown, { base }: Frame, result: unknown): void {
  const size = typeof result === 'string' || Array.isArray(result) ? result.length : 0;
  base.work += 1 + Math.floor(size / 64);
  if (base.work > MAX_WORK) throw new MappingError('takes too much work: let a participant compute this');
}

function millis(this: jsonata.Focus): number {
  return this.environment.timestamp.getTime();
}

function now(this: jsonata.Focus, picture?: string, timezone?: string): unknown {
  const format = this.environment.lookup('fromMillis') as { implementation(...args: unknown[]): unknown };
  return format.implementation.call(this, millis.call(this), picture, timezone);
}

/**
 * Whether evaluating may leave traces in the input: JSONata marks a list that `[]` keeps, and grouping puts an
 * `undefined` into a list that is empty. The scope is the state of a saga, so it is copied first.
 */
function mayWriteInput(tree: SyntaxNode): boolean {
  for (const part of partsOf(tree)) {
    if (part['keepArray'] || part['keepSingletonArray'] || 'group' in part) return true;
    if (part['type'] === 'unary' && part['value'] === '{') return true;
  }
  return false;
}

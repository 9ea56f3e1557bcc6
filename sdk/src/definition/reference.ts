import { EXPRESSION, type Expression } from './expression.js';

/**
 * What a mapping reads of a value of type `T`: its properties and items, as deep as you like. Nothing can be computed
 * with it, because the value is known only when the saga runs; that is what `expr` is for. What may be missing may be
 * read through, and yields `null`.
 *
 * Of a value whose type isn't known anything can be read.
 */
// `any`: an index signature would give `undefined` at every step under `noUncheckedIndexedAccess`.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Ref<T> = unknown extends T ? any : Expression<T> & Members<NonNullable<T>, Extract<T, null | undefined>>;

type Members<T, Missing> = T extends readonly (infer Item)[]
  ? { readonly [index: number]: Ref<Item | Missing | undefined> }
  : T extends object
    ? { readonly [Key in keyof T]-?: Ref<T[Key] | Missing> }
    : unknown;

/** What a mapping did that can't be turned into an expression. */
export class Unrecordable extends Error {}

/** What a mapping reads, while it runs. */
export class Recording {
  /** Expressions that were read, and whether anything came of it. */
  private readonly reads = new Map<string, boolean>();

  /** @param sees names of the steps whose outcome is settled when the mapping is evaluated */
  constructor(private readonly sees: ReadonlySet<string>) {}

  /** What the mapping is given. */
  get scope(): Record<'input' | 'steps' | 'saga', unknown> {
    return { input: this.record('input'), steps: this.record('steps'), saga: this.record('saga') };
  }

  /**
   * Expressions that were read and are in no result. Then something was decided by them, which works for no saga but
   * by chance: a reference is always true.
   */
  get unused(): string[] {
    return [...this.reads].flatMap(([source, isUsed]) => (isUsed ? [] : [source]));
  }

  private record(source: string): unknown {
    const refuse = (): never => {
      throw new Unrecordable(
        `${source} is known only when the saga runs, so a mapping can't compute with it, take it apart or call its methods: write an expression, such as expr\`$string(\${…})\``,
      );
    };
    // A function, so that a call of a method comes to `apply`.
    return new Proxy(() => undefined, {
      get: (_, property) => {
        this.reads.set(source, true);
        if (property === EXPRESSION) return source;
        if (typeof property === 'symbol') return refuse();
        const inner = this.below(source, property);
        if (!this.reads.has(inner)) this.reads.set(inner, false);
        return this.record(inner);
      },
      apply: refuse,
      has: refuse,
      ownKeys: refuse,
      set: refuse,
      deleteProperty: refuse,
      defineProperty: refuse,
    });
  }

  private below(source: string, property: string): string {
    if (source === 'steps' && !this.sees.has(property)) {
      throw new Unrecordable(`no step called ${property} is sure to be done by then: let this step run after it`);
    }
    if (/^(0|[1-9]\d*)$/.test(property)) return `${source}[${property}]`;
    if (PLAIN_NAME.test(property)) return `${source}.${property}`;
    // JSONata has no way to write a backquote between backquotes.
    return property.includes('`') ? `$lookup(${source}, ${JSON.stringify(property)})` : `${source}.\`${property}\``;
  }
}

/** Not the words of JSONata itself. */
const PLAIN_NAME = /^(?!(and|or|in|true|false|null|function)$)[A-Za-z_]\w*$/;

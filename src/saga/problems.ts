/** One thing that is wrong with a document that someone sent. */
export interface Problem {
  /** Where, as an RFC 6901 JSON pointer; `''` is the whole document. */
  readonly pointer: string;
  /** What is wrong and how to mend it, in one sentence without a full stop. */
  readonly detail: string;
}

/** A spot in a document that is being read, and the list its problems go to. */
export class Place {
  constructor(
    private readonly problems: Problem[],
    readonly pointer = '',
  ) {}

  /** The spot below this one. */
  at(key: string | number): Place {
    return new Place(this.problems, `${this.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }

  /** The spot that an RFC 6901 pointer names, seen from here. */
  below(pointer: string): Place {
    return new Place(this.problems, this.pointer + pointer);
  }

  /** Notes a problem here. Returns `undefined`, so that a reader can `return place.refuse(…)`. */
  refuse(detail: string): undefined {
    this.problems.push({ pointer: this.pointer, detail });
  }
}

/** Whether the text is an RFC 6901 JSON pointer. */
export function isPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)*$/.test(text);
}

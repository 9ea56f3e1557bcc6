/** A page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** Opaque; `null`: this is the last page. */
  readonly nextCursor: string | null;
}

/** The cursor is not one that this server gave out. */
export class BadCursor extends Error {
  readonly code = 'bad-cursor';

  constructor() {
    super('the cursor is not one that this server gave out');
    this.name = 'BadCursor';
  }
}

/** Cuts the page out of rows of which one more than `limit` was asked for. The cursor is the key of its last row. */
export function pageOf<T>(rows: T[], limit: number, key: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorAfter(key(last)) : null };
}

export function cursorAfter(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/** The key in a cursor. Throws {@link BadCursor} unless it looks as `shape` says. */
export function keyOf(cursor: string, shape: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!shape.test(key) || cursorAfter(key) !== cursor) throw new BadCursor();
  return key;
}

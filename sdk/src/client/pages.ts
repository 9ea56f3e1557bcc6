import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';

/** How a list is fetched. `timeout` is for each page. */
export interface ListOptions extends CallOptions {
  /** Items that are fetched at once, 1 to 200. Default: the server's, 50. */
  readonly pageSize?: number;
}

interface Page<T> {
  readonly items: readonly T[];
  /** Absent: the list is always whole. */
  readonly nextCursor?: string | null;
}

/** All items of a list, fetched page by page as the loop gets there. */
export async function* allPages<T>(
  connection: Connection,
  path: string,
  { pageSize, ...options }: ListOptions,
  filter: Readonly<Record<string, string>> = {},
): AsyncGenerator<T, void, undefined> {
  const query = new URLSearchParams(filter);
  if (pageSize !== undefined) query.set('limit', String(pageSize));
  for (;;) {
    const page = await connection.ask<Page<T>>({ ...options, method: 'GET', path, query });
    yield* page.items;
    if (page.nextCursor == null) return;
    query.set('cursor', page.nextCursor);
  }
}

import type { OutboxRow, RowFilter } from './row.js';

/** The filter as SQL over the outbox's table, with its values. */
export function conditionOf(
  state: OutboxRow['state'] | undefined,
  { ids, definition, code }: RowFilter,
): { readonly text: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const all = ['true'];
  const add = (sql: string, value: string | undefined): void => {
    if (value !== undefined) all.push(sql.replace('$', `$${values.push(value)}`));
  };
  add('state = $', state);
  add('id = any ($::uuid[])', ids && `{${ids.join(',')}}`);
  add('definition = $', definition);
  add(`problem ->> 'code' = $`, code);
  return { text: all.join(' and '), values };
}

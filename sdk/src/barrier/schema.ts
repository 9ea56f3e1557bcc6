import { tableName } from '../sql/table.js';

/** The barrier's table unless the options name another. */
export const BARRIER_TABLE = 'skald_barrier';

/**
 * The barrier's table: a row per operation that has been answered, or that must not be answered any more.
 * `outcome`: `done`; `rejected`, a no that is kept; `barred`, an action whose compensation came first; `nothing-to-undo`.
 * A row without one belongs to a transaction under way, so nobody else sees it.
 */
export function barrierSchema(table: string = BARRIER_TABLE): string {
  const name = tableName(table);
  return `create table if not exists ${name} (
  saga_id text collate "C" not null,
  step text collate "C" not null,
  operation text not null check (operation in ('action', 'compensation')),
  outcome text check (outcome in ('done', 'rejected', 'barred', 'nothing-to-undo')),
  status smallint,
  body text,
  at timestamptz not null default now(),
  primary key (saga_id, step, operation)
);
create index if not exists ${name.replace('.', '_')}_at on ${name} using brin (at);
`;
}

import { tableName } from '../sql/table.js';

/** The outbox's table unless the options name another. */
export const OUTBOX_TABLE = 'skald_outbox';

/**
 * The outbox's table: a row per saga that was started in a transaction. `state`: `pending`; `started`; `refused`, by Skald
 * and for good. `next_at`: when a pending row is to be tried; a relay that takes one in hand puts it off by its lease, so
 * that the row is free again if the relay dies.
 */
export function outboxSchema(table: string = OUTBOX_TABLE): string {
  const name = tableName(table);
  const index = name.replace('.', '_');
  return `create table if not exists ${name} (
  id uuid primary key,
  state text not null default 'pending' check (state in ('pending', 'started', 'refused')),
  definition text not null,
  version int,
  input json not null,
  idempotency_key text not null,
  business_key text not null,
  concurrency_key text,
  tags json not null,
  written_at timestamptz not null default now(),
  next_at timestamptz not null default now(),
  tries int not null default 0,
  first_tried_at timestamptz,
  saga_id text,
  delivered_at timestamptz,
  problem json,
  check ((state = 'started') = (saga_id is not null and delivered_at is not null))
);
create index if not exists ${index}_due on ${name} (next_at) where state = 'pending';
create index if not exists ${index}_delivered on ${name} (delivered_at) where state = 'started';
create index if not exists ${index}_refused on ${name} (written_at) where state = 'refused';
`;
}

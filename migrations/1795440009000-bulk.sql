-- One order to many sagas: what it is, whom it is for (settled once, when it was given), and what came of each.
create table skald.bulk_operations (
  id             uuid        primary key,
  status         text        not null default 'running'
    check (status in ('running', 'paused', 'stopped', 'cancelled', 'completed')),
  -- json, not jsonb: shown as they were given.
  filter         json        not null,
  action         text        not null,
  params         json        not null,
  reason         text        not null,
  by             text        not null,
  request_id     text,
  canary         int         not null,
  rate           float8      not null,
  stop_ratio     float8      not null,
  -- SHA-256 of the Idempotency-Key that it came with, and of what was asked for.
  key_hash       bytea       unique,
  request_hash   bytea,
  -- How many items have each outcome; kept by the statements that change them. The rest waits.
  selected       int         not null default 0,
  pending        int         not null default 0,
  succeeded      int         not null default 0,
  failed         int         not null default 0,
  undecided      int         not null default 0,
  refused        int         not null default 0,
  canary_passed  boolean     not null default false,
  started_at     timestamptz not null default date_trunc('milliseconds', now()),
  finished_at    timestamptz,
  stop_reason    text
) with (fillfactor = 50);

-- What is still to be worked on: orders to give, or outcomes to wait for.
create index bulk_operations_open on skald.bulk_operations (id) where status = 'running' or pending > 0;

create table skald.bulk_items (
  bulk_id     uuid        not null references skald.bulk_operations on delete cascade,
  saga_id     uuid        not null,
  outcome     text        not null default 'waiting'
    check (outcome in ('waiting', 'pending', 'succeeded', 'failed', 'undecided', 'refused')),
  -- The entry by which the saga took the order, and the last one that was looked at since.
  ordered_seq int,
  seen_seq    int,
  ordered_at  timestamptz,
  -- Of the saga, when the outcome was seen.
  status      text,
  code        text,
  message     text,
  fingerprint text,
  at          timestamptz,
  primary key (bulk_id, saga_id)
) with (fillfactor = 80);

create index bulk_items_waiting on skald.bulk_items (bulk_id, saga_id) where outcome = 'waiting';
create index bulk_items_pending on skald.bulk_items (bulk_id, at) where outcome = 'pending';

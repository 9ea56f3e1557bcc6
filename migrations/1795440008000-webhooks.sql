-- Saga events for others: who wants them (subscriptions), what has happened and has not been handed out yet (outbox), and
-- how far each receiver has come with each saga (streams). The events themselves are the entries of the journal.

create table skald.webhook_subscriptions (
  id            uuid        primary key,
  name          text        not null unique,
  url           text        not null,
  filter        json        not null,
  state         text        not null default 'active' check (state in ('active', 'disabled')),
  -- Why it is disabled, and since when.
  why           text,
  disabled_at   timestamptz,
  secret        text        not null,
  -- The secret before the last rotation: messages are signed with both until then.
  former_secret text,
  former_until  timestamptz,
  created_at    timestamptz not null default date_trunc('milliseconds', now()),
  updated_at    timestamptz not null default date_trunc('milliseconds', now())
);

-- Written together with the journal, as long as there is a subscription; emptied by whoever hands the entries out. Rows
-- are taken one by one, not by a cursor over ids: transactions do not become visible in the order of their ids.
create table skald.webhook_outbox (
  id      bigint  generated always as identity primary key,
  saga_id uuid    not null,
  seq     integer not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index webhook_outbox_by_saga on skald.webhook_outbox (saga_id);

-- The events of one saga on their way to one receiver: up to synced_to they are settled, up to last_seq they are wanted.
-- One row, so that order, claim and mark are one row's lock.
create table skald.webhook_streams (
  saga_id         uuid        not null,
  subscription_id uuid        not null,
  synced_to       integer     not null,
  last_seq        integer     not null,
  -- When to look again; while somebody delivers: the end of the lease. Null: everything is settled.
  next_at         timestamptz,
  -- Since when the first event that is not settled has been waiting.
  pending_since   timestamptz,
  -- Attempts at that event so far, and what came of the last one.
  attempts        integer     not null default 0,
  failing_since   timestamptz,
  last_status     integer,
  last_error      text,
  settled_at      timestamptz,
  primary key (saga_id, subscription_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index webhook_streams_due on skald.webhook_streams (subscription_id, next_at) where next_at is not null;
create index webhook_streams_settled on skald.webhook_streams (settled_at) where next_at is null;

-- Events that were given up, from seq to to_seq.
create table skald.webhook_failures (
  subscription_id uuid        not null,
  saga_id         uuid        not null,
  seq             integer     not null,
  to_seq          integer     not null,
  failed_at       timestamptz not null default date_trunc('milliseconds', now()),
  attempts        integer     not null,
  status          integer,
  error           text        not null,
  primary key (saga_id, subscription_id, seq)
);
create index webhook_failures_by_subscription on skald.webhook_failures (subscription_id, saga_id desc, seq desc);

-- Orders to deliver again what happened since a point in time; carried out page by page.
create table skald.webhook_replays (
  id              uuid        primary key,
  subscription_id uuid        not null,
  from_at         timestamptz not null,
  to_at           timestamptz,
  -- The last saga that was looked at.
  after_saga      uuid        not null default '00000000-0000-0000-0000-000000000000',
  sagas           integer     not null default 0,
  requested_at    timestamptz not null default date_trunc('milliseconds', now()),
  done_at         timestamptz
);
create index webhook_replays_open on skald.webhook_replays (requested_at) where done_at is null;

-- The journal is the only truth; a row of skald.sagas is what the hot path, the sweep and the lists need to know
-- of one saga without reading its journal. Both are partitioned by the saga's id: ids are UUIDv7, so a range of
-- ids is a range of time, and retention drops whole partitions instead of deleting rows.

create function skald.refuse() returns trigger language plpgsql as $$
begin
  raise exception using errcode = tg_argv[0], message = tg_argv[1], table = tg_table_name, schema = tg_table_schema;
end $$;

create table skald.sagas (
  id              uuid        not null,
  definition      text        not null,
  version         integer     not null,
  status          text        not null check (status in ('running', 'completed', 'compensating', 'compensated', 'stuck')),
  paused          boolean     not null default false,
  -- Asleep on purpose: nobody drives it until due_at. Not parked: somebody does, and due_at is the end of the lease.
  parked          boolean     not null default false,
  -- What parked was before the last change. Postgres below 18 can't return old values from an update.
  was_parked      boolean     not null default false,
  -- Of the last entry that changed this row; the journal may be ahead.
  seq             integer     not null,
  due_at          timestamptz,
  started_at      timestamptz not null default date_trunc('milliseconds', now()),
  finished_at     timestamptz,
  business_key    text,
  concurrency_key text,
  tags            jsonb,
  parent_id       uuid,
  root_id         uuid        not null,
  -- Takeovers from drivers that went silent, since the saga last parked.
  recoveries      smallint    not null default 0,
  attention       jsonb,
  primary key (id)
) partition by range (id);

-- Every open saga, due or not: the sweep reads its beginning, the gauges count it.
create index sagas_open on skald.sagas (due_at) include (status) where finished_at is null;
create index sagas_by_business_key on skald.sagas (business_key, id) where business_key is not null;
-- Sagas that went well never touch this one.
create index sagas_in_trouble on skald.sagas (status, definition, id)
  where status in ('stuck', 'compensating', 'compensated');
create index sagas_by_parent on skald.sagas (parent_id) where parent_id is not null;

create trigger terminal_is_final before update on skald.sagas for each row
  when (old.status in ('completed', 'compensated') and new.status is distinct from old.status)
  execute function skald.refuse('SK001', 'a completed or compensated saga is final');

create table skald.journal (
  saga_id   uuid        not null,
  seq       integer     not null check (seq > 0),
  -- Tells a repeat of the same append (its answer was lost) from another driver's.
  append_id bigint      not null,
  at        timestamptz not null default date_trunc('milliseconds', now()),
  by        text        not null,
  -- json, not jsonb: stored as it was written, no parsing, and strings may hold \u0000.
  facts     json        not null,
  -- The fence: of two drivers only one can write the next entry.
  primary key (saga_id, seq)
) partition by range (saga_id);

create trigger append_only before update or delete on skald.journal for each row
  execute function skald.refuse('SK002', 'the journal is append-only');

-- For ids that no weekly partition covers, for instance made by a machine whose clock is far off.
-- Normally empty. Never dropped by retention.
create table skald.sagas_default partition of skald.sagas default with (fillfactor = 75);
create table skald.journal_default partition of skald.journal default;

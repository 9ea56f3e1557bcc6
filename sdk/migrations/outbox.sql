create table if not exists skald_outbox (
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
create index if not exists skald_outbox_due on skald_outbox (next_at) where state = 'pending';
create index if not exists skald_outbox_delivered on skald_outbox (delivered_at) where state = 'started';
create index if not exists skald_outbox_refused on skald_outbox (written_at) where state = 'refused';

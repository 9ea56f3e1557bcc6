-- What the processes of one installation tell each other. Only the last second counts, so the first two are unlogged:
-- they cost no WAL, and after a crash of Postgres they are empty and fill again by themselves.

-- One row for every process that drives sagas, written once a second.
create unlogged table skald.nodes (
  node    text        primary key,
  seen_at timestamptz not null,
  -- json, not jsonb: written every second and read as a whole.
  report  json        not null
) with (fillfactor = 50);

-- The right to do something that only one process should do at a time. It passes by itself.
create unlogged table skald.leases (
  key    text        primary key,
  holder text        not null,
  until  timestamptz not null
) with (fillfactor = 50);

-- What operators have ordered of breakers; no row: they decide by themselves. Not tied to skald.participants: an order
-- holds for whoever has the name.
create table skald.breaker_orders (
  participant text        primary key,
  state       text        not null check (state in ('forced-open', 'forced-closed')),
  reason      text        not null,
  by          text        not null,
  at          timestamptz not null default date_trunc('milliseconds', now())
);

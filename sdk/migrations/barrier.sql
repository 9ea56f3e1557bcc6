create table if not exists skald_barrier (
  saga_id text collate "C" not null,
  step text collate "C" not null,
  operation text not null check (operation in ('action', 'compensation')),
  outcome text check (outcome in ('done', 'rejected', 'barred', 'nothing-to-undo')),
  status smallint,
  body text,
  at timestamptz not null default now(),
  primary key (saga_id, step, operation)
);
create index if not exists skald_barrier_at on skald_barrier using brin (at);

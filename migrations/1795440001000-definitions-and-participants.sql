create table skald.definitions (
  name       text        not null,
  version    integer     not null check (version > 0),
  -- SHA-256 of the canonical JSON, hex: the same content is the same version.
  hash       text        not null,
  source     json        not null,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (name, version),
  unique (name, hash)
);

create trigger immutable before update or delete on skald.definitions for each row
  execute function skald.refuse('SK003', 'a stored definition never changes');

create table skald.participants (
  name       text        primary key,
  -- Null: deleted. The row stays so that every process hears of it.
  spec       json,
  revision   bigint      not null unique,
  updated_at timestamptz not null default date_trunc('milliseconds', now())
);

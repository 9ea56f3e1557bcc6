create table skald.idempotency_keys (
  scope       text        not null,
  key_hash    bytea       not null,
  -- Of the request's body: the same key with another body is refused.
  fingerprint bytea       not null,
  saga_id     uuid        not null,
  created_at  timestamptz not null default now(),
  primary key (scope, key_hash)
);
-- Rows arrive in the order of time, so a few pages of index cover millions of them.
create index idempotency_keys_by_age on skald.idempotency_keys using brin (created_at);

-- One open saga per key; the row goes with the entry that ends the saga.
create table skald.concurrency_keys (
  key     text primary key,
  saga_id uuid not null
);

-- Two starts raced for the keys in a way that one snapshot can't see. The statement is rolled back and sent again.
create function skald.abandon_start() returns boolean language plpgsql volatile as $$
begin
  raise exception using errcode = 'SK004', message = 'a start lost its concurrency key after it had won its idempotency key';
end $$;

create table skald.settings (
  key   text primary key,
  value text not null
);

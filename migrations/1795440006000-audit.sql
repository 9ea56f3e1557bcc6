-- Who did what, to what, and why. Written in the transaction of what was done, and never changed afterwards.
create table skald.audit (
  seq        bigint      primary key,
  at         timestamptz not null,
  actor      text        not null,
  action     text        not null,
  saga_id    uuid,
  target     text,
  reason     text,
  -- json, not jsonb: the hash is over the text as it was written.
  before     json,
  after      json,
  request_id text,
  -- SHA-256 over the hash of the row before and this row; see skald.audit_text.
  hash       bytea       not null
);

create index audit_by_saga on skald.audit (saga_id, seq) where saga_id is not null;
create index audit_by_actor on skald.audit (actor, seq);

-- The end of the chain. Writers take turns at this row, so no number is missing and every row knows the one before it.
create table skald.audit_end (
  single boolean primary key default true check (single),
  seq    bigint  not null,
  hash   bytea   not null
);
insert into skald.audit_end (seq, hash) values (0, sha256('skald'));

-- By grant, too: nobody but the owner may do more than read and add, whoever else is let into the schema.
revoke update, delete, truncate on skald.audit, skald.audit_end from public;

-- What is hashed: a JSON array, so that no two rows can have the same text.
create function skald.audit_text(entry skald.audit, previous bytea) returns text language sql stable as $$
  select json_build_array(
    encode(previous, 'hex'), entry.seq, (extract(epoch from entry.at) * 1000)::bigint, entry.actor, entry.action,
    entry.saga_id, entry.target, entry.reason, entry.before, entry.after, entry.request_id)::text
$$;

-- With the rights of its owner: who may add a row need not be able to touch the end of the chain.
create function skald.chain_audit() returns trigger language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
declare
  previous bytea;
begin
  update skald.audit_end set seq = seq + 1 returning seq, hash into new.seq, previous;
  -- The time of its turn, so that times go up with the numbers.
  new.at := date_trunc('milliseconds', clock_timestamp());
  new.hash := sha256(convert_to(skald.audit_text(new, previous), 'UTF8'));
  update skald.audit_end set hash = new.hash;
  return new;
end $$;

create trigger chained before insert on skald.audit for each row execute function skald.chain_audit();

create trigger append_only before update or delete on skald.audit for each row
  execute function skald.refuse('SK005', 'the audit trail is append-only');
create trigger never_emptied before truncate on skald.audit for each statement
  execute function skald.refuse('SK005', 'the audit trail is append-only');

-- API keys that were made through the API. A revoked one stays, so that its name can be told from the audit trail.
create table skald.api_keys (
  id             uuid        primary key,
  name           text        not null,
  role           text        not null check (role in ('viewer', 'submitter', 'operator', 'admin')),
  -- SHA-256 of the secret, which itself is kept nowhere.
  hash           bytea       not null check (length(hash) = 32),
  -- The secret before the last rotation, and until when it is good.
  previous_hash  bytea       check (length(previous_hash) = 32),
  previous_until timestamptz,
  created_at     timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  created_by     text        not null,
  expires_at     timestamptz,
  revoked_at     timestamptz,
  last_used_at   timestamptz,
  -- Grows with every change of any key but its last use; every process follows by asking for what is newer.
  revision       bigint      not null,
  check ((previous_hash is null) = (previous_until is null))
) with (fillfactor = 80);

create unique index api_keys_by_revision on skald.api_keys (revision);

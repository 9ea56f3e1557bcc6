const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;

const COLUMNS = `id, name, role, hash, previous_hash as "previousHash", ${ms('previous_until')} as "previousUntil",
  ${ms('created_at')} as "createdAt", created_by as "createdBy", ${ms('expires_at')} as "expiresAt",
  ${ms('revoked_at')} as "revokedAt", ${ms('last_used_at')} as "lastUsedAt", revision::float8 as revision`;

const NOW = `date_trunc('milliseconds', clock_timestamp())`;
const NEXT_REVISION = '(select coalesce(max(revision), 0) + 1 from skald.api_keys)';

/** Writers take turns, so that revisions become visible in their order: whoever has seen n has seen all below. */
export const IN_TURN = 'lock table skald.api_keys in share row exclusive mode';

/** $1 id, $2 name, $3 role, $4 hash, $5 author, $6 end in epoch ms or null. */
export const CREATE = `
  insert into skald.api_keys (id, name, role, hash, created_by, expires_at, revision)
  values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), ${NEXT_REVISION})
  returning ${COLUMNS}`;

/** $1 id, $2 hash, $3 ms for which the one before stays good, $4 new end in epoch ms or null: as it was. */
export const ROTATE = `
  with rotated as (
    update skald.api_keys set hash = $2, previous_hash = hash,
      previous_until = least(${NOW} + $3::float8 * interval '1 ms', expires_at),
      expires_at = coalesce(to_timestamp($4::float8 / 1000), expires_at), revision = ${NEXT_REVISION}
    where id = $1 and revoked_at is null
    returning *)
  select ${COLUMNS} from rotated`;

/** $1 id. */
export const REVOKE = `
  with revoked as (
    update skald.api_keys set revoked_at = ${NOW}, revision = ${NEXT_REVISION}
    where id = $1 and revoked_at is null
    returning *)
  select ${COLUMNS} from revoked`;

/** $1 id. */
export const GET = `select ${COLUMNS} from skald.api_keys where id = $1`;

/** $1 rows, $2 the id of the last row of the page before or null. */
export const LIST = `
  select ${COLUMNS} from skald.api_keys where $2::uuid is null or id < $2 order by id desc limit $1`;

/** $1 revision. */
export const CHANGED_SINCE = `select ${COLUMNS} from skald.api_keys where revision > $1 order by revision`;

/** $1 ids, $2 when each was used last, epoch ms. What another process has noted within the minute is left as it is. */
export const NOTE_USES = `
  update skald.api_keys as key set last_used_at = to_timestamp(used.at / 1000)
  from unnest($1::uuid[], $2::float8[]) as used (id, at)
  where key.id = used.id
    and (key.last_used_at is null or key.last_used_at <= to_timestamp(used.at / 1000) - interval '1 minute')`;

export const ANY = 'select exists (select from skald.api_keys) as there';

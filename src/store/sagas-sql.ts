import type { Statement } from './database.js';
import { PUBLISHED } from './webhooks/published.js';

/**
 * A saga that may be driven at all. The first condition is what the index `sagas_open` is for. One that is stuck counts:
 * other branches of it may go on, and it has a due time only then.
 */
const DRIVABLE = `saga.finished_at is null and not saga.paused`;

const TAKEN_OVER = `
  due_at = now() + $2::int * interval '1 ms', parked = false, was_parked = saga.parked, woken = false,
  recoveries = saga.recoveries + case when saga.parked then 0 else 1 end`;

/**
 * Locks in the order of ids, like the flushes do, and waits for nobody. A hint may come a little early by this process's
 * clock, hence the 50 ms.
 */
export const CLAIM: Statement = {
  name: 'claim',
  text: `
    with free as (
      select saga.id from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id
      where ${DRIVABLE} and (saga.parked and saga.due_at <= now() + interval '50 ms'
        or not saga.parked and saga.due_at < now() + $2::int * interval '0.55 ms')
      order by saga.id
      for no key update of saga skip locked
    )
    update skald.sagas saga set ${TAKEN_OVER} from free where saga.id = free.id
    returning saga.id, saga.was_parked as "wasParked", saga.recoveries`,
};

/** `skip locked` keeps the sweeps of several processes out of each other's way. */
export const CLAIM_DUE: Statement = {
  name: 'claim-due',
  text: `
    with due as (
      select saga.id from skald.sagas saga where ${DRIVABLE} and saga.due_at <= now()
      order by saga.due_at limit $1
      for no key update skip locked
    )
    update skald.sagas saga set ${TAKEN_OVER} from due where saga.id = due.id
    returning saga.id, saga.was_parked as "wasParked", saga.recoveries`,
};

export const EXTEND: Statement = {
  name: 'extend',
  text: `
    with driven as (
      select saga.id from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id
      where ${DRIVABLE} and not saga.parked
      order by saga.id
      for no key update of saga
    )
    update skald.sagas saga set due_at = now() + $2::int * interval '1 ms' from driven where saga.id = driven.id
    returning saga.id, saga.seq`,
};

export const MAKE_DUE: Statement = {
  name: 'make-due',
  text: `
    with lost as (
      select saga.id from unnest($1::uuid[]) as wanted (id) join skald.sagas saga on saga.id = wanted.id
      where ${DRIVABLE} and saga.due_at > now()
      order by saga.id
      for no key update of saga
    )
    update skald.sagas saga set due_at = now() from lost where saga.id = lost.id`,
};

/**
 * Parks a saga without an entry. A message from outside always touches the row (and so its `seq`): if one has come since
 * the driver looked, nothing happens, even when both statements are under way at once, since the row is locked and
 * looked at again.
 */
export const PARK: Statement = {
  name: 'park',
  text: `
    update skald.sagas saga set
      parked = not saga.woken, was_parked = saga.parked, woken = false, recoveries = 0,
      status = $3, due_at = case when saga.woken then saga.due_at else to_timestamp($4::float8 / 1000) end,
      attention = $5::jsonb
    where saga.id = $1 and saga.seq <= $2 and saga.finished_at is null and not saga.paused
    returning saga.parked`,
};

export const RELEASE: Statement = {
  name: 'release',
  text: `
    update skald.sagas saga set
      parked = $3, woken = saga.woken and not $3,
      due_at = now() + case when saga.woken and $3 then 0 else $2::int end * interval '1 ms'
    where saga.id = $1 and ${DRIVABLE}`,
};

export const SET_ASIDE: Statement = {
  name: 'set-aside',
  text: `
    with target as (
      select saga.id from skald.sagas saga
      where saga.id = $1 and saga.finished_at is null and saga.status <> 'stuck'
      for no key update
    ), written as (
      insert into skald.journal (saga_id, seq, append_id, by, facts)
      select target.id, (select coalesce(max(entry.seq), 0) + 1 from skald.journal entry where entry.saga_id = $1),
        0, 'engine', $2::json
      from target
      on conflict do nothing
      returning saga_id, seq
    ), ${PUBLISHED}, aside as (
      update skald.sagas saga
      set status = 'stuck', seq = written.seq, due_at = null, parked = true, was_parked = saga.parked, attention = $3::jsonb
      from written where saga.id = written.saga_id
    )
    select exists (select from target) as open, exists (select from written) as written`,
};

export const COUNT_OPEN: Statement = {
  name: 'count-open',
  text: `select status, count(*)::int as count from skald.sagas where finished_at is null group by status`,
};

/** One look at the head of the index, often enough to decide by. */
export const OLDEST_DUE: Statement = {
  name: 'oldest-due',
  text: `
    select (extract(epoch from now() - saga.due_at) * 1000)::float8 as age from skald.sagas saga
    where ${DRIVABLE} and saga.due_at <= now() order by saga.due_at limit 1`,
};

/** The first ten thousand are enough to see that there is a problem. */
export const OVERDUE: Statement = {
  name: 'overdue',
  text: `
    select count(*)::int as count,
      coalesce(extract(epoch from now() - min(due_at)) * 1000, 0)::float8 as age
    from (
      select due_at from skald.sagas saga where ${DRIVABLE} and saga.due_at <= now() order by due_at limit 10000
    ) overdue`,
};

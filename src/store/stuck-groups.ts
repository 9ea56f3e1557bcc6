import type { Operation } from '../saga/definition.js';
import type { Database } from './database.js';

/** Sagas that are stuck for the same cause at the same place. */
export interface StuckGroup {
  /** Of the error. */
  readonly fingerprint: string;
  readonly definition: string;
  /** `null`: the sagas as a whole were set aside. */
  readonly step: string | null;
  readonly operation: Operation | null;
  /** Of the sample, as is the message. */
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** Since when the first of them has been stuck, epoch ms. */
  readonly oldest: number;
  /** Id of the saga that has been stuck for longest. */
  readonly sample: string;
}

/** What is absent doesn't matter. */
export interface StuckFilter {
  readonly definition?: string;
  readonly participant?: string;
  readonly step?: string;
}

/** Most groups shown: more causes than that at a time are one cause. */
export const MOST_GROUPS = 200;

/**
 * Looks at sagas that are stuck and at no others. Of each group the saga that has been stuck for longest is its sample: the
 * smallest text of instant and id, which costs no sorting.
 */
const GROUPS = `
  with stuck as (
    select
      saga.attention ->> 'fingerprint' as fingerprint, saga.definition,
      saga.attention ->> 'step' as step, saga.attention ->> 'operation' as operation,
      count(*)::int as count,
      min(lpad(saga.attention ->> 'since', 16, '0') || saga.id::text) as first
    from skald.sagas saga
    where saga.status = 'stuck' and saga.attention ->> 'kind' = 'stuck'
      and ($1::text is null or saga.definition = $1)
      and ($2::text is null or saga.attention ->> 'participant' = $2)
      and ($3::text is null or saga.attention ->> 'step' = $3)
    group by 1, 2, 3, 4
    order by count desc, first
    limit ${MOST_GROUPS}
  )
  select stuck.fingerprint, stuck.definition, stuck.step, stuck.operation, stuck.count,
    left(stuck.first, 16)::float8 as oldest, sample.id as sample,
    sample.attention ->> 'code' as code, sample.attention ->> 'message' as message
  from stuck join skald.sagas sample on sample.id = substr(stuck.first, 17)::uuid
  order by stuck.count desc, stuck.first`;

/** What is stuck, by cause: the biggest group first, and of two the one that is stuck for longer. */
export class StuckGroups {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** At most {@link MOST_GROUPS}. */
  find({ definition, participant, step }: StuckFilter = {}): Promise<StuckGroup[]> {
    const values = [definition ?? null, participant ?? null, step ?? null];
    // No stored text holds a NUL, and Postgres would not even compare with one.
    if (values.some((value) => value?.includes('\0'))) return Promise.resolve([]);
    return this.#database.coldQuery<StuckGroup>(GROUPS, values);
  }
}

import type { EntityManager } from 'typeorm';
import type { SagaStatus } from '../saga/state.js';
import type { Database } from './database.js';
import { conditions, type SagaFilter } from './saga-conditions.js';

/** Most sagas of one operation. */
export const MOST_SELECTED = 1_000_000;

/** Sagas that one statement adds, so that none of them runs into the time limit of statements. */
const CHUNK = 50_000;

/** Below every id. */
const FIRST = '00000000-0000-0000-0000-000000000000';

/** The filter meets more sagas than one operation may have. */
export class TooManySagas extends Error {
  readonly code = 'too-many-sagas';

  constructor() {
    super(`the filter meets more than ${MOST_SELECTED} sagas: narrow it, and do it in parts`);
  }
}

/** What a filter meets now. */
export interface Preview {
  readonly count: number;
  readonly groups: readonly {
    readonly definition: string;
    readonly status: SagaStatus;
    /** At which they are stuck, or which they keep trying; `null`: neither. */
    readonly step: string | null;
    readonly count: number;
  }[];
  /** The first of them: those that started longest ago. */
  readonly ids: readonly string[];
}

/** Writes the sagas that meet the filter down as items of an operation. @returns how many */
export async function selectWithin(manager: EntityManager, bulkId: string, filter: SagaFilter): Promise<number> {
  const { where, values } = conditionsOf(filter);
  const after = values.length + 1;
  let selected = 0;
  for (let last = FIRST; ;) {
    const [chunk] = await manager.query<[{ count: number; last: string | null }]>(
      `with chunk as (
        insert into skald.bulk_items (bulk_id, saga_id)
        select $${after + 1}, saga.id from skald.sagas saga ${where} saga.id > $${after}::uuid
        order by saga.id limit ${CHUNK}
        returning saga_id
      )
      select count(*)::int as count, max(saga_id::text) as last from chunk`,
      [...values, last, bulkId],
    );
    selected += chunk.count;
    if (selected > MOST_SELECTED) throw new TooManySagas();
    if (chunk.last === null || chunk.count < CHUNK) return selected;
    last = chunk.last;
  }
}

/** Counts what a filter meets, exactly, and writes nothing. */
export async function preview(database: Database, filter: SagaFilter, ids: number): Promise<Preview> {
  const { where, values } = conditionsOf(filter);
  const met = `from skald.sagas saga ${where} true`;
  const [groups, first] = await Promise.all([
    database.coldQuery<Preview['groups'][number]>(
      `select saga.definition, saga.status, saga.attention ->> 'step' as step, count(*)::int as count ${met}
        group by 1, 2, 3 order by 4 desc, 1, 2, 3`,
      values,
    ),
    database.coldQuery<{ id: string }>(`select saga.id ${met} order by saga.id limit ${ids}`, values),
  ]);
  return { count: groups.reduce((sum, { count }) => sum + count, 0), groups, ids: first.map(({ id }) => id) };
}

/** The conditions, with the word before the next one. No stored text holds a NUL, and Postgres refuses one. */
function conditionsOf(filter: SagaFilter): { where: string; values: unknown[] } {
  if (JSON.stringify(filter).includes('\\u0000')) return { where: 'where false and', values: [] };
  const { where, values } = conditions(filter);
  return { where: where === '' ? 'where' : `${where} and`, values };
}

import type { SqlDatabase } from './session.js';

/** Runs `create table if not exists …` and the like; of many processes that do so at the same time, one after the other. */
export async function makeTable<Tx>(database: SqlDatabase<Tx>, table: string, schema: string): Promise<void> {
  await database.transaction(async (tx) => {
    const session = database.session(tx);
    await session.query('select pg_advisory_xact_lock(hashtext($1))', [`skald migrate ${table}`]);
    await session.query(schema);
  });
}

/**
 * One line of a service's ledger.
 * @typedef {object} Entry
 * @property {string} id
 * @property {Date} at
 * @property {string} saga
 * @property {string} step
 * @property {'action' | 'compensation'} operation
 * @property {'applied' | 'undone' | 'refused' | 'nothing-to-undo' | 'barred' | 'repeated'} outcome
 * @property {string} what the same for people
 */

const columns = (outcomes) => `(
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  saga uuid not null,
  step text not null,
  operation text not null,
  outcome text not null check (outcome in (${outcomes})),
  what text not null
)`;

/** `ledger` holds what took effect, `calls` the calls that had no effect. */
export const LEDGER_TABLES = `
create table if not exists ledger ${columns("'applied', 'undone'")};
create table if not exists calls ${columns("'refused', 'nothing-to-undo', 'barred', 'repeated'")};
`;

/**
 * Writes down what a call does, in the transaction in which it does it: the one can't be without the other.
 * @param {import('pg').PoolClient} tx
 * @param {import('@skald/sdk').Call} call
 * @param {string} what
 */
export async function enter(tx, { sagaId, step, operation }, what) {
  const outcome = operation === 'action' ? 'applied' : 'undone';
  await insert(tx, 'ledger', [sagaId, step, operation, outcome, what]);
}

/** What a handler never sees, or what it rolls back by its no. */
const NO_EFFECT = {
  repeat: ['repeated', 'asked again, same answer'],
  'nothing-to-undo': ['nothing-to-undo', 'nothing to undo'],
  barred: ['barred', 'came after its compensation'],
  work: ['refused', 'said no'],
};

/**
 * Express middleware that writes down the calls that had no effect, once they are answered.
 * @param {import('pg').Pool} pool
 */
export function noteCallsWithoutEffect(pool) {
  return (request, response, next) => {
    response.once('finish', () => {
      const origin = response.get('Skald-Answer');
      if (!(origin in NO_EFFECT) || (origin === 'work' && response.statusCode !== 409)) return;
      const { 'skald-saga-id': saga, 'skald-step': step, 'skald-operation': operation } = request.headers;
      insert(pool, 'calls', [saga, step, operation, ...NO_EFFECT[origin]]).catch(console.error);
    });
    next();
  };
}

/**
 * Both tables, oldest first.
 * @param {import('pg').Pool} pool
 * @returns {Promise<Entry[]>}
 */
export async function readLedger(pool) {
  const from = (table) => `select '${table}-' || id as id, at, saga, step, operation, outcome, what from ${table}`;
  return (await pool.query(`${from('ledger')} union all ${from('calls')} order by at`)).rows;
}

function insert(db, table, values) {
  return db.query(`insert into ${table} (saga, step, operation, outcome, what) values ($1, $2, $3, $4, $5)`, values);
}

/** Three ways to record a step's outcome, for the limits: not at all, one commit each, one commit for all that wait. */

import pg from 'pg';

/**
 * @typedef {object} Records
 * @property {(saga: string, seq: number, facts: string) => Promise<void>} append settles when the row is durable
 * @property {() => Promise<void>} close
 */

const createJournal = `
  create table if not exists journal (
    saga_id uuid not null, seq int not null, at timestamptz not null default now(), facts jsonb not null,
    primary key (saga_id, seq)
  )`;

/** L1 @returns {Promise<Records>} */
export async function recordNothing() {
  return { append: async () => {}, close: async () => {} };
}

/**
 * L2: each append is a transaction of its own; as many at once as the pool has connections.
 * @param {string} databaseUrl
 * @returns {Promise<Records>}
 */
export async function commitEach(databaseUrl) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 48 });
  await pool.query(createJournal);
  const text = 'insert into journal (saga_id, seq, facts) values ($1, $2, $3)';
  return {
    append: async (saga, seq, facts) => {
      await pool.query({ name: 'append', text, values: [saga, seq, facts] });
    },
    close: () => pool.end(),
  };
}

/**
 * L3: while one insert is on its way, appends queue up; the next insert takes them all.
 * @param {string} databaseUrl
 * @returns {Promise<Records>}
 */
export async function commitTogether(databaseUrl) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(createJournal);
  const text = 'insert into journal (saga_id, seq, facts) select * from unnest($1::uuid[], $2::int[], $3::jsonb[])';
  /** @typedef {{ saga: string, seq: number, facts: string, resolve: () => void, reject: (error: unknown) => void }} Row */
  /** @type {Row[]} */
  let waiting = [];
  let flushing = false;
  const flush = async () => {
    flushing = true;
    while (waiting.length > 0) {
      const rows = waiting;
      waiting = [];
      try {
        const values = [rows.map((row) => row.saga), rows.map((row) => row.seq), rows.map((row) => row.facts)];
        await client.query({ name: 'flush', text, values });
        for (const row of rows) row.resolve();
      } catch (error) {
        for (const row of rows) row.reject(error);
      }
    }
    flushing = false;
  };
  return {
    append: (saga, seq, facts) =>
      new Promise((resolve, reject) => {
        waiting.push({ saga, seq, facts, resolve, reject });
        if (!flushing) void flush();
      }),
    close: () => client.end(),
  };
}

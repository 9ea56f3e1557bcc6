/*
 * A service's process with a relay in it. `DIES_AFTER`: so many answers of Skald have come, and the next one has been
 * heard but not been stored, when it dies as by kill -9.
 */
import pg from 'pg';
import { pgOutbox, SkaldClient } from '../../dist/esm/sdk/src/index.js';

const { DATABASE_URL: connectionString, SKALD_URL: baseUrl, DIES_AFTER = 'Infinity' } = process.env;

let answers = 0;
const skald = new SkaldClient({
  baseUrl,
  async fetch(url, init) {
    const answer = await fetch(url, init);
    if (answers++ >= Number(DIES_AFTER)) process.kill(process.pid, 'SIGKILL');
    return answer;
  },
});

const pool = new pg.Pool({ connectionString });
const relay = pgOutbox(pool).relay(skald, { timeout: '1s', interval: '100ms', concurrency: 8 });
relay.start();
process.once('SIGTERM', async () => {
  await relay.stop();
  await pool.end();
});

import { setTimeout as sleep } from 'node:timers/promises';
import { participant, pgBarrier } from '@skald/sdk';
import express from 'express';
import { openDatabase } from './database.mjs';
import { Desk } from './desk.mjs';
import { LEDGER_TABLES, noteCallsWithoutEffect, readLedger } from './ledger.mjs';

/**
 * Starts a service: an Express app with a database of its own, and a participant in it. From the environment come
 * `DATABASE` (its name; by default the service's), `HOST`, `PORT`, `PACE` (ms, see {@link slowed}), `CLERKS` and `LINE`
 * (see {@link Desk}; by default it takes any number of calls at a time), and `SECRET`, which calls must be signed with;
 * without one, everybody's calls are taken.
 *
 * @param {string} name
 * @param {{ port: number, tables: string }} options `tables`: SQL that makes the service's own, if they aren't there
 * @param {(participant: import('@skald/sdk').Participant<import('pg').PoolClient>) => void} register its handlers
 */
export async function serve(name, { port, tables }, register) {
  const {
    DATABASE = name,
    HOST = '127.0.0.1',
    PORT = port,
    PACE = '0',
    CLERKS = 'Infinity',
    LINE = '0',
    SECRET,
  } = process.env;
  const { pool, close } = await openDatabase(DATABASE);
  const barrier = pgBarrier(pool);
  await barrier.migrate();
  await pool.query(LEDGER_TABLES + tables);

  const service = participant({ ...(SECRET && { secret: SECRET }), barrier: slowed(barrier, Number(PACE)) });
  register(service);

  const desk = new Desk(Number(CLERKS), Number(LINE));
  const app = express();
  app.get('/health/ready', (_, response) => response.json({ status: 'up' }));
  app.get('/ledger', async (_, response) => response.json(await readLedger(pool)));
  app.get('/desk', (_, response) => response.json(desk.figures));
  app.use(desk.receive);
  app.use(noteCallsWithoutEffect(pool), service.express());

  const server = app.listen(Number(PORT), HOST, () => {
    console.log(`${name} listens on port ${server.address().port}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server.close(() => close().then(() => process.exit(0)));
      server.closeIdleConnections();
    });
  }
}

/**
 * Makes every call take that many ms, half before its effect and half after the commit: so that one can follow with
 * the eye, and a crash has a moment to strike in.
 */
function slowed(barrier, ms) {
  return {
    async guard(operation, work) {
      await sleep(ms / 2);
      const guarded = await barrier.guard(operation, work);
      await sleep(ms / 2);
      return guarded;
    },
  };
}

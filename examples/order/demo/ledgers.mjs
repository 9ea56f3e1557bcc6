import { setTimeout as sleep } from 'node:timers/promises';
import { openPool } from '../database.mjs';
import { readLedger } from '../ledger.mjs';

/** @typedef {{ participant: string, entry: import('../ledger.mjs').Entry }} Line */

/** The services' ledgers, read in their databases as any auditor would. */
export class Ledgers {
  #pools;
  #isClosed = false;

  /**
   * @param {string} server URL of the Postgres
   * @param {Record<string, string>} databases name of the database by participant
   */
  constructor(server, databases) {
    this.#pools = Object.entries(databases).map(([participant, name]) => [participant, openPool(server, name)]);
  }

  /** @returns {Promise<Line[]>} oldest first */
  async read() {
    const all = this.#pools.map(async ([participant, pool]) =>
      (await readLedger(pool)).map((entry) => ({ participant, entry })),
    );
    return (await Promise.all(all)).flat().sort((a, b) => a.entry.at - b.entry.at);
  }

  /**
   * All lines, and new ones as they come, until nobody wants them any more.
   * @param {AbortSignal} [signal]
   */
  async *follow(signal) {
    const seen = new Set();
    while (!signal?.aborted && !this.#isClosed) {
      for (const line of await this.read()) {
        const key = `${line.participant}/${line.entry.id}`;
        if (!seen.has(key)) yield line;
        seen.add(key);
      }
      await sleep(25);
    }
  }

  async close() {
    this.#isClosed = true;
    for (const [, pool] of this.#pools) await pool.end();
  }
}

/**
 * What went wrong with one saga, judged by the ledgers alone. Empty: nothing.
 * @param {Line[]} lines
 * @param {string} saga
 * @param {{ done?: string[], undone?: string[] }} expected steps, in the order in which it must have happened
 */
export function faults(lines, saga, { done = [], undone = [] }) {
  const steps = (outcome) =>
    lines.filter(({ entry }) => entry.saga === saga && entry.outcome === outcome).map(({ entry }) => entry.step);
  const differs = (what, is, should) =>
    is.join() === should.join()
      ? []
      : [`${what}: ${is.join(', ') || 'nothing'}; expected: ${should.join(', ') || 'nothing'}`];
  return [...differs('done', steps('applied'), done), ...differs('undone', steps('undone'), undone)];
}

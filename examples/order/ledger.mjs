import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/**
 * One line of a participant's ledger.
 * @typedef {object} Entry
 * @property {string} at RFC 3339
 * @property {string} saga
 * @property {string} step
 * @property {'action' | 'compensation'} operation
 * @property {string} key the Idempotency-Key of the call
 * @property {'applied' | 'undone' | 'refused' | 'nothing-to-undo' | 'barred' | 'repeated'} outcome
 * @property {string} what the same for people
 * @property {{ status: number, body: unknown }} [answer] what the caller was told; absent when it was a repeat
 * @property {Record<string, unknown>} [data] what the business needs to remember
 */

/** An append-only file of JSON lines: the participant's own truth, which nobody else writes. */
export class Ledger {
  /** @type {Entry[]} */
  entries = [];
  #file;

  /** @param {string} file made on the first append; read back when it is there already */
  constructor(file) {
    this.#file = file;
    if (!existsSync(file)) return;
    // A last line without its newline was cut by a crash. Its call was never answered, so it will come again.
    const written = readFileSync(file);
    const whole = written.lastIndexOf('\n') + 1;
    if (whole < written.length) truncateSync(file, whole);
    this.entries = written
      .toString('utf8', 0, whole)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /**
   * Synchronous on purpose: nothing else of this process runs between a decision and its line in the ledger.
   * @param {Entry} entry
   */
  append(entry) {
    appendFileSync(this.#file, JSON.stringify(entry) + '\n', { flush: true });
    this.entries.push(entry);
  }
}

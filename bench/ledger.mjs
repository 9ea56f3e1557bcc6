/**
 * What the participant saw, and the judgement of a run.
 * A saga's page is a string: the code of a call when it arrives, a dot when it has been answered. `r.c.s.` is therefore
 * three calls of which none began before the one before it was answered.
 */

import { workloads } from './workloads.mjs';

/** @typedef {import('./workloads.mjs').WorkloadName} WorkloadName */

const rightPages = new Map(Object.values(workloads).map((w) => [w.name, w.calls.map((c) => `${c.code}.`).join('')]));

/** Pages after which a saga makes no further call. */
const lastPages = new Set(rightPages.values());

export class Ledger {
  /** @type {Map<string, string>} */
  #pages = new Map();

  /**
   * @param {string} saga
   * @param {string} code
   */
  arrived(saga, code) {
    this.#pages.set(saga, (this.#pages.get(saga) ?? '') + code);
  }

  /**
   * @param {string} saga
   * @returns {boolean} whether this was the last call that the saga has to make
   */
  answered(saga) {
    const page = `${this.#pages.get(saga) ?? ''}.`;
    this.#pages.set(saga, page);
    return lastPages.has(page);
  }

  /**
   * What to look at when a run doesn't come to its end.
   * @returns {string[]} the sagas whose calls so far aren't those of a saga that is over
   */
  unfinished() {
    return [...this.#pages]
      .filter(([, page]) => !lastPages.has(page))
      .map(([id, page]) => `saga ${id} made the calls "${page}"`);
  }

  /**
   * Judges and forgets everything seen so far.
   * @param {Partial<Record<WorkloadName, string[]>>} started the sagas whose start was acknowledged, by workload
   * @returns {{ sagas: number, calls: number, problems: string[] }} no problem: every saga made exactly its calls, in order, and nobody else called
   */
  settle(started) {
    const pages = this.#pages;
    this.#pages = new Map();
    let sagas = 0;
    let calls = 0;
    /** @type {string[]} */
    const problems = [];
    for (const [name, ids] of Object.entries(started)) {
      const right = rightPages.get(/** @type {WorkloadName} */ (name));
      for (const id of ids) {
        const page = pages.get(id) ?? '';
        pages.delete(id);
        sagas += 1;
        calls += page.length / 2;
        if (page !== right)
          problems.push(`saga ${id} of workload ${name} made the calls "${page}", expected "${right}"`);
      }
    }
    for (const [id, page] of pages) problems.push(`saga ${id} made the calls "${page}", but nobody started it`);
    return { sagas, calls, problems };
  }
}

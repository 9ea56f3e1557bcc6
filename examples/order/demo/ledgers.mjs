import { existsSync, readFileSync } from 'node:fs';

/** The participants' ledgers, read from their files as any auditor would. */
export class Ledgers {
  #files;

  /** @param {Record<string, string>} files path by participant */
  constructor(files) {
    this.#files = files;
  }

  /** @returns {{ participant: string, entry: import('../ledger.mjs').Entry }[]} oldest first */
  read() {
    return Object.entries(this.#files)
      .flatMap(([participant, file]) =>
        existsSync(file) ? wholeLines(file).map((entry) => ({ participant, entry })) : [],
      )
      .sort((a, b) => a.entry.at.localeCompare(b.entry.at));
  }

  /** Calls `listener` for every new line. Returns the function that ends it. */
  follow(listener) {
    const seen = new Map();
    const look = () => {
      const counted = new Map();
      for (const { participant, entry } of this.read()) {
        const n = (counted.get(participant) ?? 0) + 1;
        counted.set(participant, n);
        if (n > (seen.get(participant) ?? 0)) listener(participant, entry);
      }
      counted.forEach((n, participant) => seen.set(participant, n));
    };
    const timer = setInterval(look, 25);
    return () => clearInterval(timer);
  }
}

function wholeLines(file) {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/**
 * What went wrong with one saga, judged by the ledgers alone. Empty: nothing.
 * @param {{ participant: string, entry: import('../ledger.mjs').Entry }[]} lines
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

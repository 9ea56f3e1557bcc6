import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { builtServer } from './host/server.mjs';

export const usage = `node bench/run.mjs [options]

  --quick              under two minutes: fewer sagas, shorter light load and not for L1, L2; no redis-2
  --only L1,L3,redis   contestants: L1, L2, L3, redis, postgres, redis-2 (default: all that can run here)
  --workloads A,B      A: all three steps succeed; B: the third is refused, two are undone
  --repeats n          measurements of each, taken in turn (default 3)
  --sagas n            sagas per measurement (default 5000; quick 1500)
  --warm-up n          sagas before it (default 2000; quick 500)
  --in-flight n        sagas under way at a time (default 256)
  --light seconds      light load: 20 sagas/s for so long (default 30; quick 10; 0: none)
  --max-others percent measure again, up to ten times, when other programs used more of the machine (default 100)
  --idempotency-key    send an Idempotency-Key with every start
  --postgres url       use this server instead of one of the bench's own; it needs the right to create databases
  --server main.js     measure another build than dist/main.js
  --no-save            don't write bench/results/ (with --quick or --only nothing is written anyway)
`;

/**
 * @typedef {object} Options
 * @property {boolean} quick
 * @property {string[] | null} only
 * @property {import('./workloads.mjs').WorkloadName[]} workloads
 * @property {number} repeats
 * @property {number} sagas
 * @property {number} warmUp
 * @property {number} inFlight
 * @property {number} lightSeconds
 * @property {number} maxOthers share, 0 to 1
 * @property {boolean} idempotencyKey
 * @property {string | undefined} postgresUrl
 * @property {string} server
 * @property {boolean} save
 */

/**
 * @param {string[]} args
 * @returns {Options | null} null: help was asked for
 */
export function readOptions(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const { values } = parseArgs({
    args,
    options: {
      ...{ help: flag, quick: flag, 'idempotency-key': flag, 'no-save': flag },
      ...{ only: text, workloads: text, repeats: text, sagas: text, postgres: text, server: text },
      ...{ 'warm-up': text, 'in-flight': text, light: text, 'max-others': text },
    },
  });
  if (values.help) return null;
  const count = (
    /** @type {'repeats' | 'sagas' | 'warm-up' | 'in-flight' | 'light' | 'max-others'} */ name,
    /** @type {number} */ otherwise,
  ) => {
    const n = values[name] === undefined ? otherwise : Number(values[name]);
    if (!Number.isInteger(n) || n < 0) throw new Error(`--${name} wants a whole number, not ${values[name]}`);
    return n;
  };
  const workloads = (values.workloads ?? 'A,B').split(',').map((name) => {
    if (name !== 'A' && name !== 'B') throw new Error(`--workloads knows A and B, not ${name}`);
    return name;
  });
  const { quick } = values;
  return {
    quick,
    only: values.only?.split(',') ?? null,
    workloads,
    repeats: count('repeats', 3),
    sagas: count('sagas', quick ? 1500 : 5000),
    warmUp: count('warm-up', quick ? 500 : 2000),
    inFlight: count('in-flight', 256),
    lightSeconds: count('light', quick ? 10 : 30),
    maxOthers: count('max-others', 100) / 100,
    idempotencyKey: values['idempotency-key'],
    postgresUrl: values.postgres,
    server: resolve(values.server ?? builtServer),
    save: !values['no-save'] && !quick && values.only === undefined,
  };
}

import { parseArgs } from 'node:util';

/**
 * @typedef {object} Options
 * @property {number} base orders per second on an ordinary day; ten times as many in the surge
 * @property {number} before s at the base rate, before the surge
 * @property {number} surge s
 * @property {number} after s at the base rate, after the surge
 * @property {number} reset s that a breaker stays open
 * @property {boolean} json
 */

export const usage = `node examples/promotion/demo.mjs [options]

  --base 10/s     orders per second on an ordinary day; ten times as many in the surge
  --surge 60s     how long the surge lasts
  --before 10s    how long the base rate lasts before it
  --after 20s     … and after it
  --reset 60s     how long a breaker stays open
  --json          the report as JSON on stdout, the story on stderr`;

const text = (value) => ({ type: 'string', default: value });

/**
 * @param {string[]} args
 * @returns {Options | null} `null`: help is wanted
 * @throws {Error} with a sentence for whoever gave them
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      base: text('10/s'),
      before: text('10s'),
      surge: text('60s'),
      after: text('20s'),
      reset: text('60s'),
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const read = (name, pattern, example) => {
    const [, number] = pattern.exec(values[name]) ?? [];
    if (!(Number(number) > 0)) throw new Error(`--${name} must be a number above 0 such as ${example}`);
    return Number(number);
  };
  const seconds = (name) => read(name, /^(\d+(?:\.\d+)?)s?$/, '60s');
  return {
    base: read('base', /^(\d+(?:\.\d+)?)(?:\/s)?$/, '10/s'),
    before: seconds('before'),
    surge: seconds('surge'),
    after: seconds('after'),
    reset: seconds('reset'),
    json: values.json,
  };
}

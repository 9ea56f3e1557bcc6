/** Keeps a run under bench/results/: the figures as JSON, named by the day, and the chart beside them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { drawChart } from './chart.mjs';

const results = new URL('../results/', import.meta.url);

/** Four significant digits are more than such figures hold. @param {string} _ @param {unknown} value */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/**
 * @param {Date} at
 * @param {{ options: import('../options.mjs').Options, measured: import('./summary.mjs').Measured[], summaries: import('./summary.mjs').Summary[] } & Record<string, unknown>} record
 * @param {string} caption of the chart
 * @returns {string[]} the files, relative to the repository
 */
export function save(at, { options, measured, ...facts }, caption) {
  const { repeats, sagas, warmUp, inFlight, lightSeconds, maxOthers, idempotencyKey } = options;
  const asked = { repeats, sagas, warmUp, inFlight, lightSeconds, maxOthers, idempotencyKey };
  const runs = Object.fromEntries(measured.map((contestant) => [contestant.name, contestant.runs]));
  const text = JSON.stringify({ at: at.toISOString(), asked, ...facts, runs }, rounded, 2);
  mkdirSync(results, { recursive: true });
  const day = at.toISOString().slice(0, 10);
  writeFileSync(new URL(`${day}.json`, results), `${text}\n`);
  writeFileSync(new URL(`${day}.svg`, results), drawChart(facts.summaries, caption));
  return [`bench/results/${day}.json`, `bench/results/${day}.svg`];
}

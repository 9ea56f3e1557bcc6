/** From single runs to what is reported: medians, spread, and ratios to L3 of the same round. */

import { median } from './statistics.mjs';

/** @typedef {import('../measure.mjs').SaturatedRun} SaturatedRun */
/** @typedef {import('../workloads.mjs').WorkloadName} WorkloadName */
/** @typedef {{ sagas: number, p50: number, p99: number, max: number }} Light */

/**
 * @typedef {object} Measured
 * @property {string} name
 * @property {string} title
 * @property {Partial<Record<WorkloadName, SaturatedRun[]>>} runs one per round
 * @property {Light} [light]
 */

/**
 * @typedef {object} Figures
 * @property {{ median: number, min: number, max: number }} sagasPerSecond
 * @property {number | null} ratioToL3 median of the ratios within each round; null without L3
 * @property {Record<string, number> | null} cpuMsPerSaga
 * @property {number | null} engineCpuMsPerSaga
 * @property {number | null} foreignShare the worst round's
 * @property {number} walBytesPerSaga
 * @property {number} writeTransactionsPerSaga
 * @property {number} [redisCommandsPerSaga]
 * @property {{ p50: number, p99: number }} [acceptMs]
 */

/** @typedef {{ name: string, title: string, workloads: Partial<Record<WorkloadName, Figures>>, light: Light | null }} Summary */

/**
 * @param {SaturatedRun[]} runs
 * @param {SaturatedRun[] | undefined} l3
 * @returns {Figures}
 */
function figures(runs, l3) {
  /** @type {(pick: (run: SaturatedRun) => number | null | undefined) => number} NaN when nothing was counted */
  const mid = (pick) => median(runs.map(pick).filter((value) => typeof value === 'number'));
  const orNull = (/** @type {number} */ value) => (Number.isNaN(value) ? null : value);
  const rates = runs.map((run) => run.sagasPerSecond);
  const roles = Object.keys(runs[0].cpuMsPerSaga ?? {});
  const redisCommandsPerSaga = mid((run) => run.redisCommandsPerSaga);
  const foreign = runs.map((run) => run.foreignShare).filter((value) => value !== null);
  return {
    sagasPerSecond: { median: median(rates), min: Math.min(...rates), max: Math.max(...rates) },
    ratioToL3: l3 ? median(runs.map((run, round) => run.sagasPerSecond / l3[round].sagasPerSecond)) : null,
    cpuMsPerSaga:
      runs[0].cpuMsPerSaga && Object.fromEntries(roles.map((role) => [role, mid((run) => run.cpuMsPerSaga?.[role])])),
    engineCpuMsPerSaga: orNull(mid((run) => run.engineCpuMsPerSaga)),
    foreignShare: foreign.length > 0 ? Math.max(...foreign) : null,
    walBytesPerSaga: mid((run) => run.walBytesPerSaga),
    writeTransactionsPerSaga: mid((run) => run.writeTransactionsPerSaga),
    ...(Number.isNaN(redisCommandsPerSaga) ? {} : { redisCommandsPerSaga }),
    ...(runs[0].acceptMs
      ? { acceptMs: { p50: mid((run) => run.acceptMs?.p50), p99: mid((run) => run.acceptMs?.p99) } }
      : {}),
  };
}

/**
 * @param {Measured[]} measured
 * @returns {Summary[]}
 */
export function summarise(measured) {
  const l3 = measured.find(({ name }) => name === 'L3')?.runs;
  return measured.map(({ name, title, runs, light }) => ({
    name,
    title,
    workloads: Object.fromEntries(
      Object.entries(runs).map(([workload, list]) => [
        workload,
        figures(list, l3?.[/** @type {WorkloadName} */ (workload)]),
      ]),
    ),
    light: light ?? null,
  }));
}

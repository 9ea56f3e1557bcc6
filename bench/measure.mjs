/** One measurement of one contestant: load, counters around it, the judgement after it. */

import { cpuByRole, machineBusy } from './host/cpu.mjs';
import { percentile } from './report/statistics.mjs';

const sum = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);

/**
 * @typedef {object} Bout a contestant with everything it runs on
 * @property {import('./contestants/contestant.mjs').Running} running
 * @property {import('./contestants/contestant.mjs').Stage} stage
 * @property {import('./host/channel.mjs').Peer} participant
 */

/**
 * @typedef {object} SaturatedRun
 * @property {number} sagas
 * @property {number} seconds
 * @property {number} sagasPerSecond
 * @property {Record<string, number> | null} cpuMsPerSaga by role: node, postgres, redis, driver, participant
 * @property {number | null} engineCpuMsPerSaga node + Postgres + Redis; for a limit, whose engine is in its load process, that process + Postgres
 * @property {number | null} foreignShare share of the machine's CPU time that nobody of ours used: a noisy neighbour
 * @property {number} walBytesPerSaga
 * @property {number} writeTransactionsPerSaga
 * @property {number} [redisCommandsPerSaga]
 * @property {{ p50: number, p99: number }} [acceptMs] from sending a start to its acknowledgement
 */

/**
 * Throws when a saga didn't make exactly its calls in their order, or didn't end as it must.
 * @param {Bout} bout
 * @param {import('./workloads.mjs').WorkloadName} workload
 * @param {string[]} ids
 */
async function judge({ running, participant }, workload, ids) {
  const started = { [workload]: ids };
  const problems = await running.check(started);
  problems.push(...(await participant.call('settle', started)).problems);
  if (problems.length > 0) {
    throw new Error(`this run doesn't count, ${problems.length} problems:\n  ${problems.slice(0, 5).join('\n  ')}`);
  }
}

/**
 * As many sagas a second as it can do.
 * @param {Bout} bout
 * @param {import('./load/protocol.mjs').Saturation} work
 * @param {number} cores
 * @param {() => Promise<void>} [whenLoaded] called when the load is over and the judgement hasn't begun, for counters of one's own
 * @returns {Promise<SaturatedRun>}
 */
export async function measureSaturated(bout, work, cores, whenLoaded) {
  const { running, stage, participant } = bout;
  const roles = { ...running.pids, participant: participant.pid };
  const look = async () => ({
    counters: await stage.postgres.counters(),
    commands: sum(Object.values((await stage.redis?.commands()) ?? {})),
    cpu: cpuByRole(roles),
    busy: machineBusy(),
    at: performance.now(),
  });
  const before = await look();
  /** @type {import('./load/protocol.mjs').Saturated} */
  const { ids, seconds, acceptMilliseconds } = await running.load.call('saturate', work).catch(async (error) => {
    const unfinished = await participant.call('unfinished');
    throw new Error(`${unfinished.length} sagas are unfinished:\n  ${unfinished.slice(0, 5).join('\n  ')}`, {
      cause: error,
    });
  });
  const after = await look();
  await whenLoaded?.();
  await judge(bout, work.workload, ids);

  const sagas = ids.length;
  const perSaga = (/** @type {number} */ from, /** @type {number} */ to) => (to - from) / sagas;
  const cpu = after.cpu && before.cpu;
  const cpuMsPerSaga =
    cpu && Object.fromEntries(Object.entries(after.cpu ?? {}).map(([role, ms]) => [role, perSaga(cpu[role], ms)]));
  const ours = cpuMsPerSaga && sum(Object.values(cpuMsPerSaga)) * sagas;
  const foreign = ours !== null && before.busy !== null && after.busy !== null ? after.busy - before.busy - ours : null;
  const { node = 0, postgres = 0, redis = 0 } = cpuMsPerSaga ?? {};
  return {
    sagas,
    seconds,
    sagasPerSecond: sagas / seconds,
    cpuMsPerSaga,
    engineCpuMsPerSaga: cpuMsPerSaga && node + postgres + redis,
    foreignShare: foreign === null ? null : Math.max(0, foreign / (cores * (after.at - before.at))),
    walBytesPerSaga: perSaga(before.counters.walBytes, after.counters.walBytes),
    writeTransactionsPerSaga: perSaga(before.counters.writeTransactions, after.counters.writeTransactions),
    ...(running.pids.redis ? { redisCommandsPerSaga: perSaga(before.commands, after.commands) } : {}),
    ...(acceptMilliseconds
      ? { acceptMs: { p50: percentile(acceptMilliseconds, 0.5), p99: percentile(acceptMilliseconds, 0.99) } }
      : {}),
  };
}

/**
 * How long one saga takes when there is little to do.
 * @param {Bout} bout
 * @param {import('./load/protocol.mjs').Pace} work
 * @returns {Promise<{ sagas: number, p50: number, p99: number, max: number }>} milliseconds
 */
export async function measurePaced(bout, work) {
  /** @type {import('./load/protocol.mjs').Paced} */
  const { ids, milliseconds } = await bout.running.load.call('pace', work);
  await judge(bout, work.workload, ids);
  return {
    sagas: ids.length,
    p50: percentile(milliseconds, 0.5),
    p99: percentile(milliseconds, 0.99),
    max: Math.max(...milliseconds),
  };
}

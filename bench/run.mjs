/** `npm run bench`: how many sagas a second, at what cost, beside the limits of the same machine. See docs/benchmarks.md. */

import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { limits } from './contestants/limits.mjs';
import { skald } from './contestants/skald.mjs';
import { describeCommit, describeMachine } from './host/machine.mjs';
import { hasRedis } from './host/redis.mjs';
import { measurePaced, measureSaturated } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { save } from './report/save.mjs';
import { summarise } from './report/summary.mjs';
import { lightTable, saturationTable } from './report/table.mjs';
import { withStage } from './stage.mjs';

/** @typedef {import('./contestants/contestant.mjs').Contestant} Contestant */

const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

/**
 * @param {import('./options.mjs').Options} options
 * @returns {Contestant[]}
 */
function choose({ only, quick, idempotencyKey, server: main }) {
  const common = { main, idempotencyKey };
  const servers = [
    skald({ name: 'redis', title: 'Skald, queue in Redis', redis: true, ...common }),
    skald({ name: 'postgres', title: 'Skald, queue in Postgres', redis: false, ...common }),
    skald({ name: 'redis-2', title: 'Skald, Redis, 2 processes', redis: true, processes: 2, ...common }),
  ];
  const able = existsSync(main) ? servers.filter(({ name }) => name === 'postgres' || hasRedis()) : [];
  able.unshift(...limits);
  if (!existsSync(main))
    say(`There is no ${relative('', main)} (npm run build makes it): only the limits are measured.`);
  else if (!hasRedis()) say('There is no redis-server on the PATH: Skald is measured without Redis only.');
  if (only === null) return able.filter(({ name }) => !(quick && name === 'redis-2'));
  return only.map((name) => {
    const chosen = able.find((contestant) => contestant.name === name);
    if (!chosen) throw new Error(`${name} can't be measured here; what can: ${able.map((c) => c.name).join(', ')}`);
    return chosen;
  });
}

/**
 * @param {import('./options.mjs').Options} options
 * @param {Contestant[]} contestants
 */
async function measureAll(options, contestants) {
  const machine = describeMachine();
  const measured = contestants.map(({ name, title }) => {
    /** @type {import('./report/summary.mjs').Measured} */
    const empty = { name, title, runs: {} };
    return empty;
  });
  const database = await withStage({ postgresUrl: options.postgresUrl }, async (stage, participant) => {
    for (let round = 1; round <= options.repeats; round++) {
      for (const [i, contestant] of contestants.entries()) {
        const running = await contestant.start(stage);
        try {
          const bout = { running, stage, participant };
          for (const workload of options.workloads) {
            const work = { workload, inFlight: options.inFlight };
            if (options.warmUp > 0) await measureSaturated(bout, { ...work, total: options.warmUp }, machine.cores);
            const measure = () => measureSaturated(bout, { ...work, total: options.sagas }, machine.cores);
            let run = await measure();
            for (let again = 10; again > 0 && (run.foreignShare ?? 0) > options.maxOthers; again--) {
              say(
                `           ${contestant.name} again: other programs used ${Math.round((run.foreignShare ?? 0) * 100)} %`,
              );
              run = await measure();
            }
            (measured[i].runs[workload] ??= []).push(run);
            const rate = `${Math.round(run.sagasPerSecond)} sagas/s`;
            say(`round ${round}/${options.repeats}  ${contestant.name.padEnd(9)} ${workload}  ${rate.padStart(14)}`);
          }
          if (round === 1 && options.lightSeconds > 0 && !(options.quick && /L[12]/.test(contestant.name))) {
            const light = await measurePaced(bout, { workload: 'A', ratePerSecond: 20, seconds: options.lightSeconds });
            measured[i].light = light;
            say(
              `light      ${contestant.name.padEnd(9)} A  p50 ${light.p50.toFixed(1)} ms, p99 ${light.p99.toFixed(1)} ms`,
            );
          }
        } finally {
          await running.stop();
        }
      }
    }
    const { postgres, redis } = stage;
    return {
      postgres: { version: postgres.version, own: postgres.isOwn, settings: postgres.settings },
      redis: redis ? { version: redis.version, settings: redis.settings } : null,
    };
  });
  return { machine, ...database, measured };
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (!options) return say(usage);
  const at = new Date();
  const commit = describeCommit();
  const { machine, postgres, redis, measured } = await measureAll(options, choose(options));
  const summaries = summarise(measured);
  const caption = [
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, Node ${machine.node}, Postgres ${postgres.version}`,
    ...(redis ? [`Redis ${redis.version}`] : []),
    ...[at.toISOString().slice(0, 10), ...(commit ? [`commit ${commit}`] : [])],
  ].join(', ');

  console.log(`\n${caption}`);
  const { sagas, repeats, inFlight } = options;
  for (const workload of options.workloads) {
    console.log(
      `\nWorkload ${workload}: ${repeats} × ${sagas} sagas, ${inFlight} in flight; CPU in ms, the rest per saga\n`,
    );
    console.log(saturationTable(summaries, workload));
  }
  if (options.lightSeconds > 0) console.log(`\nLight load: workload A at 20 sagas/s\n\n${lightTable(summaries)}`);
  const noise = Math.max(...summaries.flatMap((s) => Object.values(s.workloads).map((f) => f.foreignShare ?? 0)));
  if (noise > 0.1)
    console.log(
      `\nOther programs used up to ${Math.round(noise * 100)} % of the machine: neither rates nor ratios are to be relied on.`,
    );

  if (!options.save) return;
  const files = save(at, { commit, options, machine, postgres, redis, summaries, measured }, caption);
  console.log(`\n${files.join(', ')}`);
}

await main().catch((error) => {
  say(`\n${error.message}${error.cause ? `\n${error.cause.message}` : ''}`);
  process.exitCode = 1;
});

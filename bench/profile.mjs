/**
 * Where the time of a saga goes: runs one workload against the server under V8's CPU profiler, with pg_stat_statements
 * on, and prints the hottest packages, functions, statements and Redis commands of the measured stretch alone.
 * The profile itself stays under bench/profiles/, to be opened in a browser's developer tools.
 *
 * node bench/profile.mjs [--queue redis|postgres] [--workload A|B] [--sagas 10000] [--top 30] [--server main.js]
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { skald } from './contestants/skald.mjs';
import { describeMachine } from './host/machine.mjs';
import { builtServer } from './host/server.mjs';
import { measureSaturated } from './measure.mjs';
import { hotFunctions } from './report/hot-functions.mjs';
import { layOut } from './report/table.mjs';
import { withStage } from './stage.mjs';

const { values } = parseArgs({
  options: {
    queue: { type: 'string', default: 'redis' },
    workload: { type: 'string', default: 'A' },
    sagas: { type: 'string', default: '10000' },
    top: { type: 'string', default: '30' },
    server: { type: 'string', default: builtServer },
  },
});
const workload = values.workload === 'B' ? 'B' : 'A';
const total = Number(values.sagas);
const top = Number(values.top);

const directory = fileURLToPath(
  new URL(`./profiles/${new Date().toISOString().replaceAll(':', '-')}/`, import.meta.url),
);
const contestant = skald({
  name: 'profiled',
  title: `Skald, queue in ${values.queue}`,
  main: values.server,
  redis: values.queue === 'redis',
  idempotencyKey: false,
  nodeFlags: ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${directory}`],
});
/** The profiler's clock, in µs. */
const monotonic = () => Number(process.hrtime.bigint() / 1000n);
const { cores } = describeMachine();
const flags = ['-c', 'shared_preload_libraries=pg_stat_statements'];

mkdirSync(directory, { recursive: true });
const seen = await withStage({ postgresFlags: flags }, async (stage, participant) => {
  await stage.postgres.query('create extension if not exists pg_stat_statements');
  const running = await contestant.start(stage);
  try {
    const bout = { running, stage, participant };
    await measureSaturated(bout, { workload, total: Math.ceil(total / 3), inFlight: 256 }, cores);
    await stage.postgres.query('select pg_stat_statements_reset()');
    const redisBefore = await stage.redis?.commands();
    const from = monotonic();
    let to = from;
    /** @type {any[]} see the query's columns */
    let statements = [];
    /** @type {Record<string, number> | undefined} */
    let redisAfter;
    // The judgement that ends a measurement reads lists from the server; only the load counts here.
    const run = await measureSaturated(bout, { workload, total, inFlight: 256 }, cores, async () => {
      to = monotonic();
      redisAfter = await stage.redis?.commands();
      statements = await stage.postgres.query(
        `select calls, total_exec_time as ms, rows, query from pg_stat_statements
           join pg_database on pg_database.oid = dbid
          where datname = 'skald_bench_profiled' order by total_exec_time desc limit 25`,
      );
    });
    return { run, from, to, statements, redisBefore, redisAfter };
  } finally {
    await running.stop();
  }
});

const { run, from, to } = seen;
console.log(`\n${total} sagas of workload ${workload}, ${Math.round(run.sagasPerSecond)} sagas/s under the profiler`);
console.log(`CPU ms per saga: ${Object.entries(run.cpuMsPerSaga ?? {}).map(([role, ms]) => `${role} ${ms.toFixed(3)}`).join(', ')}`); // prettier-ignore

const files = readdirSync(directory).filter((name) => name.endsWith('.cpuprofile'));
if (files.length === 0) console.log(`\nNo profile was written: the server did not end by itself on SIGTERM.`);
for (const file of files) {
  const hot = hotFunctions(JSON.parse(readFileSync(directory + file, 'utf8')), { from, to });
  // The profiler counts time during which the process had no core as well; shares of the CPU time say more.
  const microseconds = (run.cpuMsPerSaga?.node ?? hot.busyMs / total) * 1000;
  const rows = (/** @type {import('./report/hot-functions.mjs').Hot[]} */ list) =>
    list
      .slice(0, top)
      .map((h) => [
        `${h.package} ${h.name}`.trim(),
        `${(h.share * 100).toFixed(1)} %`,
        (h.share * microseconds).toFixed(1),
      ]);
  console.log(`\n${file}: busy ${Math.round(hot.busyMs)} ms of ${Math.round((to - from) / 1000)} ms`);
  console.log(`\n${layOut(['package, own time', 'share', 'CPU µs/saga'], rows(hot.packages))}`);
  console.log(`\n${layOut(['function, own time', 'share', 'CPU µs/saga'], rows(hot.self))}`);
  const ours = hot.total.filter((h) => h.package.startsWith('skald/'));
  console.log(`\n${layOut(['Skald function, with callees', 'share', 'CPU µs/saga'], rows(ours))}`);
}

const statementRows = seen.statements.map(({ query, calls, ms, rows }, i) => [
  `${i + 1}. ${query.replaceAll(/\s+/g, ' ').slice(0, 90)}`,
  ...[(calls / total).toFixed(3), (rows / total).toFixed(2), (ms / calls).toFixed(2), ((ms * 1000) / total).toFixed(1)],
]);
console.log(`\n${layOut(['statement', 'calls/saga', 'rows/saga', 'ms/call', 'µs/saga'], statementRows)}`);
writeFileSync(
  `${directory}statements.sql`,
  seen.statements.map(({ query }, i) => `-- ${i + 1}\n${query};\n`).join('\n'),
);

const { redisBefore = {}, redisAfter = {} } = seen;
const commands = Object.entries(redisAfter)
  .map(([name, calls]) => ({ name, perSaga: (calls - (redisBefore[name] ?? 0)) / total }))
  .filter(({ perSaga }) => perSaga > 0.001)
  .sort((a, b) => b.perSaga - a.perSaga);
if (values.queue === 'redis') {
  const rows = commands.map(({ name, perSaga }) => [name, perSaga.toFixed(3)]);
  console.log(`\n${layOut(['Redis command', 'calls/saga'], rows)}`);
}
console.log(`\nProfiles: ${directory}`);

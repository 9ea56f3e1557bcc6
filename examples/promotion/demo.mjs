import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describeMachine } from '../../bench/host/machine.mjs';
import { perform } from '../order/demo/perform.mjs';
import { readOptions, usage } from './demo/options.mjs';

const options = wanted(process.argv.slice(2));
const say = options.json ? console.error : console.log;

// What comes next imports the SDK as it is published, so that is compiled first, as the server is; once.
const ROOT = resolve(import.meta.dirname, '../..');
say('making sure that the server and the SDK are compiled …');
execFileSync(process.execPath, [resolve(ROOT, 'scripts/build-when-stale.mjs'), 'server', 'sdk'], {
  stdio: ['ignore', 2, 2],
});
const { Stage } = await import('../order/demo/stage.mjs');
const { cast, protect } = await import('./demo/cast.mjs');
const { promotionDay } = await import('./demo/promotion-day.mjs');
const { tables } = await import('./demo/tables.mjs');

await perform(new Stage(cast(), protect(options.reset)), async (stage) => {
  const report = await promotionDay(stage, options, say);
  const setting = { options, machine: describeMachine(), redis: Boolean(process.env.REDIS_URL) };
  if (options.json) console.log(JSON.stringify({ ...setting, ...report }));
  else console.log(`\n${tables(report)}\n\n  ${sentence(setting)}`);
  return report.faults.length === 0;
});

function wanted(args) {
  try {
    const read = readOptions(args);
    if (read) return read;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

function sentence({ machine: { cores, cpu, memoryGiB, node }, redis }) {
  const at = new Date().toISOString().slice(0, 10);
  const everything = `on which everything ran: Skald ${redis ? 'with' : 'without'} Redis, Postgres, services, customers`;
  return `${at}: ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, ${everything}`;
}

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

// What comes next imports the SDK as it is published, so that is compiled first, as the server is; once.
const ROOT = resolve(import.meta.dirname, '../..');
console.log('making sure that the server and the SDK are compiled …');
execFileSync(process.execPath, [resolve(ROOT, 'scripts/build-when-stale.mjs'), 'server', 'sdk'], { stdio: 'inherit' });
const { perform } = await import('./demo/perform.mjs');
const { Stage } = await import('./demo/stage.mjs');
const { show, invite } = await import('./demo/show.mjs');

const lingers = !process.argv.includes('--exit');
const act = async (stage) => {
  const shown = await show(stage);
  if (lingers) invite(stage, shown);
  return shown.correct;
};
await perform(new Stage(), act, { lingers });

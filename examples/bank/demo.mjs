import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { perform } from '../order/demo/perform.mjs';

// What comes next imports the bank and the SDK as they are compiled; once.
const ROOT = resolve(import.meta.dirname, '../..');
execFileSync(process.execPath, [resolve(ROOT, 'scripts/build-when-stale.mjs'), 'server', 'sdk', 'bank'], {
  stdio: 'inherit',
});
const { Stage } = await import('./demo/stage.mjs');
const { show } = await import('./demo/show.mjs');

await perform(new Stage(), show);

import { readFileSync, writeFileSync } from 'node:fs';
import { programOf } from '../dist/program.js';
import { referenceOf } from '../dist/reference.js';

/*
 * Writes the commands into docs/reference/cli.md, below the line that says so. Needs a build.
 *
 *     node cli/scripts/docs.mjs [--check]      --check: look, and write nothing
 */
const PAGE = new URL('../../docs/reference/cli.md', import.meta.url);
const MARK = '<!-- Written by cli/scripts/docs.mjs from here on. -->\n';

const page = readFileSync(PAGE, 'utf8');
const head = page.slice(0, page.indexOf(MARK));
const program = programOf({ stdout: process.stdout, stderr: process.stderr }, () => {
  throw new Error('nothing is run');
});
const wanted = `${head}${MARK}\n${referenceOf(program)}`;
if (wanted === page) process.exit(0);
if (process.argv.includes('--check')) {
  console.error('docs/reference/cli.md is not what the commands say: node cli/scripts/docs.mjs');
  process.exit(1);
}
writeFileSync(PAGE, wanted);

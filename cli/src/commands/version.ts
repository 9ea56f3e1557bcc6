import type { Command } from 'commander';
import { facts } from '../output/table.js';
import type { Open } from '../session.js';
import { VERSION } from '../version.js';

/** Which release this is. */
export function addVersion(program: Command, open: Open): void {
  program
    .command('version')
    .description('show the version of this command')
    .action((_: object, command: Command) => {
      const session = open(command);
      const about = { skald: VERSION, node: process.versions.node };
      session.show(about, () => facts(about, session.paint));
    });
}

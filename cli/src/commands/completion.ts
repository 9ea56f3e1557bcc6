import { Argument, type Command } from 'commander';
import { candidates } from '../completion/candidates.js';
import { SCRIPTS, type Shell } from '../completion/scripts.js';
import type { Open } from '../session.js';

/** Have a shell complete what is typed. */
export function addCompletion(program: Command, open: Open): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(SCRIPTS)))
    .description('print what a shell needs to complete commands and options')
    .action((shell: Shell, _: object, command: Command) => {
      open(command).print(SCRIPTS[shell]);
    });

  program
    .command('__complete [words...]', { hidden: true })
    .description('what may come next; for shells')
    .action((words: string[], _: object, command: Command) => {
      open(command).print(
        candidates(program, words)
          .map((word) => `${word}\n`)
          .join(''),
      );
    });
}

import type { StuckFilter } from '@skald/sdk';
import type { Command } from 'commander';
import { table } from '../output/table.js';
import { age } from '../output/times.js';
import type { Open } from '../session.js';

/** What sagas are stuck at, by error. */
export function addStuck(program: Command, open: Open): void {
  program
    .command('stuck')
    .description('group the stuck sagas by error, definition and step, the biggest group first')
    .option('--definition <name>', 'of this definition')
    .option('--participant <name>', 'at this participant')
    .option('--step <name>', 'at this step')
    .action(async (_: object, command: Command) => {
      const session = open(command);
      const { definition, participant, step } = command.opts<StuckFilter>();
      const filter = {
        ...(definition !== undefined && { definition }),
        ...(participant !== undefined && { participant }),
        ...(step !== undefined && { step }),
      };
      const items = await session.skald.admin.stuck(filter);
      const now = Date.now();
      session.show({ items }, () =>
        table(
          items,
          {
            sagas: ({ count }) => count,
            definition: (group) => group.definition,
            step: (group) => group.step,
            operation: ({ operation }) => operation,
            error: ({ code, message }) => `${code}: ${message}`,
            oldest: ({ oldest }) => age(oldest, now),
            fingerprint: ({ fingerprint }) => fingerprint,
            sample: ({ sample }) => sample,
          },
          session.paint,
        ),
      );
    });
}

import type { BulkOperation } from '@skald/sdk';
import type { Command } from 'commander';
import { table } from '../output/table.js';
import { age } from '../output/times.js';
import type { Open } from '../session.js';
import { awaited, countsOf, showOperation } from './bulk-order.js';
import { limitOption, pageFor, reasonOption, take } from './common.js';

/** Look at bulk operations, and steer them. They begin with an order and a filter: `skald retry --filter …`. */
export function addBulk(program: Command, open: Open): void {
  const bulk = program
    .command('bulk')
    .description('look at bulk operations and steer them (retry --filter … starts one)');

  bulk
    .command('get <id>')
    .description('show how far an operation has got')
    .option('--wait', 'follow it to its end')
    .action(async (id: string, { wait }: { wait?: boolean }, command: Command) => {
      const session = open(command);
      const operation = await session.skald.admin.bulk.get(id);
      showOperation(session, wait ? await awaited(session, operation) : operation);
    });

  bulk
    .command('list')
    .description('show operations, the latest first')
    .addOption(limitOption())
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.admin.bulk.list(pageFor(limit)), limit);
      const now = Date.now();
      session.show({ items }, () =>
        table<BulkOperation>(
          items,
          {
            id: ({ id }) => id,
            action: ({ action }) => action,
            status: ({ status }) => status,
            sagas: countsOf,
            by: ({ by }) => by,
            age: ({ startedAt }) => age(startedAt, now),
          },
          session.paint,
        ),
      );
    });

  bulk
    .command('items <id>')
    .description('show what became of each saga of an operation')
    .option('--outcome <outcome>', 'only those of this one')
    .addOption(limitOption())
    .action(async (id: string, { outcome, limit }: { outcome?: string; limit: number }, command: Command) => {
      const session = open(command);
      const wanted = { ...pageFor(limit), ...(outcome !== undefined && { outcome }) };
      const items = await take(session.skald.admin.bulk.items(id, wanted), limit);
      session.show({ items }, () =>
        table(
          items,
          {
            saga: ({ saga }) => saga,
            outcome: (item) => item.outcome,
            status: ({ status }) => status,
            code: ({ code }) => code,
            message: ({ message }) => message,
          },
          session.paint,
        ),
      );
    });

  const steering = {
    pause: 'order no more sagas until it is resumed',
    resume: 'go on with a paused operation',
    cancel: 'end an operation; what was ordered stays ordered',
  } as const;
  for (const [verb, description] of Object.entries(steering)) {
    bulk
      .command(`${verb} <id>`)
      .description(description)
      .addOption(reasonOption())
      .action(async (id: string, { reason }: { reason?: string }, command: Command) => {
        const session = open(command);
        const why = await session.reason(reason);
        showOperation(session, await session.skald.admin.bulk[verb as keyof typeof steering](id, why));
      });
  }
}

import type { IssuedKey, NewKey } from '@skald/sdk';
import { Option, type Command } from 'commander';
import { duration, moment } from '../arguments/moments.js';
import { facts, table } from '../output/table.js';
import { age } from '../output/times.js';
import type { Open, Session } from '../session.js';
import { limitOption, pageFor, take } from './common.js';

/** API keys. */
export function addKeys(program: Command, open: Open): void {
  const keys = program.command('keys').description('make, show, rotate and revoke API keys');

  keys
    .command('create <name>')
    .description('make a key; its text is shown this once')
    .addOption(
      new Option('--role <role>', 'what its holder may do')
        .choices(['viewer', 'submitter', 'operator', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--expires-at <instant>', 'default: it does not expire', (text) => moment(text))
    .action(async (name: string, options: Omit<NewKey, 'name'>, command: Command) => {
      const session = open(command);
      const { role, expiresAt } = options;
      issue(
        session,
        await session.skald.admin.keys.create({ name, role, ...(expiresAt !== undefined && { expiresAt }) }),
      );
    });

  keys
    .command('list')
    .description('show all keys, also those that were revoked; without their texts')
    .addOption(limitOption(0))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.admin.keys.list(pageFor(limit)), limit);
      const now = Date.now();
      session.show({ items }, () =>
        table(
          items,
          {
            id: ({ id }) => id,
            name: ({ name }) => name,
            role: ({ role }) => role,
            age: ({ createdAt }) => age(createdAt, now),
            'last used': ({ lastUsedAt }) => age(lastUsedAt, now),
            expires: ({ expiresAt }) => expiresAt,
            revoked: ({ revokedAt }) => revokedAt,
          },
          session.paint,
        ),
      );
    });

  keys
    .command('rotate <id>')
    .description('give a key a new text, shown this once; the old one works on for a while')
    .option('--expires-previous-after <duration>', 'how long the old text works on; default 24h', duration)
    .action(async (id: string, options: { expiresPreviousAfter?: '24h' }, command: Command) => {
      const session = open(command);
      issue(session, await session.skald.admin.keys.rotate(id, options));
    });

  keys
    .command('revoke <id>')
    .description('take a key back, for good')
    .action(async (id: string, _: object, command: Command) => {
      const session = open(command);
      await session.skald.admin.keys.revoke(id);
      session.note(`key ${id} is revoked`);
    });
}

function issue(session: Session, issued: IssuedKey): void {
  const { id, name, role, key, expiresAt, notice } = issued;
  session.show(issued, () => facts({ id, name, role, expires: expiresAt, key }, session.paint));
  session.note('keep the key now: it is not shown again');
  if (notice !== undefined) session.note(notice);
}

import type { Webhook, WebhookDelivery, WebhookFilter } from '@skald/sdk';
import { Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { moment } from '../arguments/moments.js';
import { each, pair } from '../arguments/pairs.js';
import { table } from '../output/table.js';
import type { Open, Session } from '../session.js';
import { limitOption, pageFor, take } from './common.js';

type Delivered = WebhookDelivery['status'];

/** Subscriptions to what happens to sagas. */
export function addWebhooks(program: Command, open: Open): void {
  const webhooks = program.command('webhooks').description('subscribe targets to what happens to sagas');

  webhooks
    .command('create <name> <url>')
    .description('send saga events to a target; the secret of its signatures is shown this once')
    .option('--definition <name>', 'only of sagas of this definition; may be given many times', each)
    .option('--type <type>', 'only events of this type; may be given many times', each)
    .option('--tag <name=value>', 'only of sagas with this tag; may be given many times', pair)
    .action(async (name: string, url: string, options: FilterOptions, command: Command) => {
      const session = open(command);
      const filter = filterOf(options);
      showOne(session, await session.skald.admin.webhooks.create({ name, url, ...(filter && { filter }) }));
      session.note('keep the secret now: it is not shown again');
    });

  webhooks
    .command('list')
    .description('show all subscriptions')
    .addOption(limitOption(0))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.admin.webhooks.list(pageFor(limit)), limit);
      const columns = {
        id: ({ id }: Webhook) => id,
        name: ({ name }: Webhook) => name,
        state: ({ state }: Webhook) => state,
        url: ({ url }: Webhook) => url,
      };
      session.show({ items }, () => table(items, columns, session.paint));
    });

  webhooks
    .command('get <id>')
    .description('show a subscription')
    .action(async (id: string, _: object, command: Command) => {
      const session = open(command);
      showOne(session, await session.skald.admin.webhooks.get(id));
    });

  webhooks
    .command('delete <id>')
    .description('end a subscription')
    .action(async (id: string, _: object, command: Command) => {
      const session = open(command);
      await session.skald.admin.webhooks.delete(id);
      session.note(`webhook ${id} is deleted`);
    });

  webhooks
    .command('deliveries <id>')
    .description('show what is to be sent to a target, what arrived, or what was given up')
    .addOption(new Option('--status <status>', 'which; default pending').choices(['pending', 'synced', 'failed']))
    .addOption(limitOption())
    .action(async (id: string, { status, limit }: { status?: Delivered; limit: number }, command: Command) => {
      const session = open(command);
      const wanted = { ...pageFor(limit), ...(status !== undefined && { status }) };
      const items = await take(session.skald.admin.webhooks.deliveries(id, wanted), limit);
      session.show({ items }, () => table(items, DELIVERY, session.paint));
    });

  webhooks
    .command('replay <id>')
    .description('send the events of a span of time again, under the same ids')
    .requiredOption('--from <when>', 'an instant, or an age such as 1h', (text: string) => moment(text))
    .option('--to <when>', 'default: now', (text: string) => moment(text))
    .action(async (id: string, { from, to }: { from: string; to?: string }, command: Command) => {
      const session = open(command);
      const told = await session.skald.admin.webhooks.replay(id, { from, ...(to !== undefined && { to }) });
      session.show(told, () => ((told as unknown) === null ? '' : stringify(told)));
    });

  const verbs = {
    enable: 'send again to a target that was disabled',
    test: 'send an event that means nothing, and show what came of it',
    rotateSecret: 'give it another secret, shown this once; events are signed with both for a while',
  } as const;
  for (const [verb, description] of Object.entries(verbs)) {
    webhooks
      .command(`${verb === 'rotateSecret' ? 'rotate-secret' : verb} <id>`)
      .description(description)
      .action(async (id: string, _: object, command: Command) => {
        const session = open(command);
        const told = await session.skald.admin.webhooks[verb as keyof typeof verbs](id);
        session.show(told, () => stringify(told));
      });
  }
}

interface FilterOptions {
  readonly definition?: readonly string[];
  readonly type?: readonly string[];
  readonly tag?: Readonly<Record<string, string>>;
}

const DELIVERY = {
  event: ({ id }: WebhookDelivery) => id,
  status: ({ status }: WebhookDelivery) => status,
  attempts: ({ attempts }: WebhookDelivery) => attempts,
  next: ({ nextAttemptAt }: WebhookDelivery) => nextAttemptAt,
  http: ({ lastStatus }: WebhookDelivery) => lastStatus,
  error: ({ lastError }: WebhookDelivery) => lastError,
};

function filterOf({ definition, type, tag }: FilterOptions): WebhookFilter | undefined {
  if (!definition && !type && !tag) return undefined;
  return { ...(definition && { definitions: definition }), ...(type && { types: type }), ...(tag && { tags: tag }) };
}

function showOne(session: Session, webhook: Webhook): void {
  session.show(webhook, () => stringify(webhook, { lineWidth: 0 }));
}

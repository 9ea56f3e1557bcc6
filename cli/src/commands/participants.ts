import type { ParticipantPolicy, ParticipantState, StoredParticipant } from '@skald/sdk';
import { Argument, type Command } from 'commander';
import { stringify } from 'yaml';
import { documentsIn } from '../apply/documents.js';
import { textOf } from '../arguments/contents.js';
import { UsageFailure } from '../failure.js';
import { facts, table } from '../output/table.js';
import { age } from '../output/times.js';
import type { Open } from '../session.js';
import { limitOption, pageFor, reasonOption, take } from './common.js';

type BreakerOrder = 'auto' | 'forced-open' | 'forced-closed';

/** The participants, how they fare, and their breakers. */
export function addParticipants(program: Command, open: Open): void {
  const participants = program
    .command('participants')
    .description('store, show and forget participants; see how they fare');

  participants
    .command('list')
    .description('show all participants')
    .addOption(limitOption(0))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.participants.list(pageFor(limit)), limit);
      const columns = { name: ({ name }: StoredParticipant) => name, endpoints: endpointsOf };
      session.show({ items }, () => table(items, columns, session.paint));
    });

  participants
    .command('get <name>')
    .description('show a participant and its policy')
    .action(async (name: string, _: object, command: Command) => {
      const session = open(command);
      const participant = await session.skald.participants.get(name);
      session.show(participant, () => stringify(participant, { lineWidth: 0 }));
    });

  participants
    .command('put <name> <file>')
    .description('store a participant from a file of YAML or JSON, or - for standard input')
    .action(async (name: string, file: string, _: object, command: Command) => {
      const session = open(command);
      const [document] = documentsIn(file, await textOf(file, session.at.stdin));
      if (!document) throw new UsageFailure(`there is nothing in ${file}`);
      const stored = await session.skald.participants.put(name, document.value as ParticipantPolicy);
      session.show(stored, () => stringify(stored, { lineWidth: 0 }));
    });

  participants
    .command('delete <name>')
    .description('forget a participant')
    .action(async (name: string, _: object, command: Command) => {
      const session = open(command);
      await session.skald.participants.delete(name);
      session.note(`participant ${name} is deleted`);
    });

  participants
    .command('board')
    .description('show how all participants fare, over all processes')
    .action(async (_: object, command: Command) => {
      const session = open(command);
      const items = await session.skald.admin.participants();
      session.show({ items }, () => table(items, BOARD, session.paint));
    });

  program
    .command('breaker <participant>')
    .addArgument(new Argument('<state>', 'what it is to do').choices(['auto', 'forced-open', 'forced-closed']))
    .description('force the breaker of a participant, or let it decide by itself again')
    .addOption(reasonOption())
    .action(async (name: string, state: BreakerOrder, { reason }: { reason?: string }, command: Command) => {
      const session = open(command);
      const item = await session.skald.admin.setBreaker(name, state, await session.reason(reason));
      const about = {
        participant: item.name,
        breaker: item.breaker.state,
        by: item.order?.by,
        reason: item.order?.reason,
      };
      session.show(item, () => facts(about, session.paint));
    });
}

const BOARD = {
  name: ({ name }: ParticipantState) => name,
  breaker: ({ breaker }: ParticipantState) => breaker.state,
  for: ({ breaker }: ParticipantState) => age(breaker.since, Date.now()),
  calls: ({ breaker: { window } }: ParticipantState) => window.calls,
  failures: ({ breaker: { window } }: ParticipantState) => window.failures,
  'in flight': ({ inFlight }: ParticipantState) => inFlight,
  degraded: ({ degraded }: ParticipantState) => (degraded ? 'yes' : null),
  endpoints: ({ endpoints }: ParticipantState) =>
    endpoints.map(({ url, ejectedUntil }) => (ejectedUntil === null ? url : `${url} (ejected)`)).join(' '),
};

function endpointsOf({ endpoints }: StoredParticipant): string {
  return endpoints.map((endpoint) => (typeof endpoint === 'string' ? endpoint : endpoint.url)).join(' ');
}

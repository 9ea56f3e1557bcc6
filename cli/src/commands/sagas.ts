import type { Saga, SagaFilter } from '@skald/sdk';
import type { Command } from 'commander';
import { jsonOf } from '../arguments/contents.js';
import { duration } from '../arguments/moments.js';
import { count, pair, positive } from '../arguments/pairs.js';
import { EXIT } from '../failure.js';
import { entryLine } from '../output/entries.js';
import { plain } from '../output/plain.js';
import { oneSaga, sagaRows } from '../output/sagas.js';
import { table } from '../output/table.js';
import { clock, span } from '../output/times.js';
import type { Open, Session } from '../session.js';
import { limitOption, pageFor, take, withSagaFilters } from './common.js';

/** Start sagas, look at them, and speak to them. */
export function addSagaCommands(program: Command, open: Open): void {
  program
    .command('start <definition>')
    .description('start a saga; with --wait, the exit code tells how it ended')
    .option('--input <json>', 'what it is started with: JSON, @file, or - for standard input', '{}')
    .option('--definition-version <n>', 'default: the latest', positive)
    .option('--business-key <key>', 'how your own system calls it')
    .option('--concurrency-key <key>', 'refused while another saga with this key is open')
    .option('--tag <name=value>', 'may be given many times', pair)
    .option('--idempotency-key <key>', 'the same key and the same start give the same saga')
    .option('--wait <duration>', 'wait so long for its end', duration)
    .action(async (definition: string, options: StartOptions, command: Command) => {
      const session = open(command);
      const { input, definitionVersion, tag, ...fields } = options;
      const saga = await session.skald.sagas.start(definition, await jsonOf(input, session.at.stdin), {
        ...picked(fields, ['businessKey', 'concurrencyKey', 'idempotencyKey', 'wait']),
        ...(definitionVersion !== undefined && { version: definitionVersion }),
        ...(tag && { tags: tag }),
      });
      showSaga(session, saga as Saga);
      if (options.wait !== undefined) session.exitCode = exitCodeOfSaga(saga as Saga);
    });

  program
    .command('get <id>')
    .description('show a saga and its steps')
    .action(async (id: string, _: object, command: Command) => {
      const session = open(command);
      showSaga(session, await session.skald.sagas.get(id));
    });

  withSagaFilters(program.command('list'))
    .description('find sagas, newest first')
    .addOption(limitOption())
    .action(async (options: ListOptions, command: Command) => {
      const session = open(command);
      const { limit, definitionVersion, tag, ...filters } = options;
      const filter = {
        ...picked(filters, [
          ...(['definition', 'businessKey', 'step', 'participant', 'error', 'retrying', 'paused'] as const),
          ...(['troubleBefore', 'startedAfter', 'startedBefore'] as const),
        ]),
        ...(filters.status !== undefined && { status: filters.status.split(',') }),
        ...(definitionVersion !== undefined && { version: definitionVersion }),
        ...(tag && { tags: tag }),
      } as SagaFilter;
      const items = await take(session.skald.sagas.list(filter, pageFor(limit)), limit);
      session.show({ items }, () => sagaRows(items, session.paint));
    });

  program
    .command('events <id>')
    .description('show the journal of a saga')
    .option('--after <seq>', 'entries after this one', count, 0)
    .action(async (id: string, { after }: { after: number }, command: Command) => {
      const session = open(command);
      const items = await session.skald.sagas.events(id, { after });
      session.show({ items }, () => items.map((entry) => `${entryLine(entry)}\n`).join(''));
    });

  program
    .command('attempts <id>')
    .description('show every attempt of the steps of a saga')
    .action(async (id: string, _: object, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.sagas.attempts(id), 0);
      session.show({ items }, () =>
        table(
          items,
          {
            at: ({ at }) => clock(at),
            step: ({ step }) => step,
            operation: ({ operation }) => operation,
            '#': ({ attempt }) => attempt,
            outcome: ({ outcome }) => outcome,
            endpoint: ({ endpoint }) => endpoint,
            http: ({ status }) => status,
            took: ({ ms }) => (ms == null ? null : span(ms)),
            error: ({ error }) => error && plain(`${error.code}: ${error.message}`),
          },
          session.paint,
        ),
      );
    });

  program
    .command('signal <id> <signal>')
    .description('send a signal to a saga')
    .option('--body <json>', 'what it says: JSON, @file, or - for standard input', 'null')
    .action(async (id: string, signal: string, { body }: { body: string }, command: Command) => {
      const session = open(command);
      showSaga(session, await session.skald.sagas.signal(id, signal, await jsonOf(body, session.at.stdin)));
    });
}

/** How a saga has ended, as an exit code; 0 for one that has not. */
export function exitCodeOfSaga({ status }: Saga): number {
  if (status === 'compensated') return EXIT.compensated;
  return status === 'stuck' ? EXIT.stuck : EXIT.ok;
}

export function showSaga(session: Session, saga: Saga): void {
  session.show(saga, () => oneSaga(saga, session.paint, session.at.stdout.columns));
}

interface StartOptions {
  readonly input: string;
  readonly definitionVersion?: number;
  readonly tag?: Readonly<Record<string, string>>;
  readonly wait?: string;
}

interface ListOptions {
  readonly limit: number;
  readonly status?: string;
  readonly definitionVersion?: number;
  readonly tag?: Readonly<Record<string, string>>;
}

function picked(options: object, names: readonly string[]): Record<string, string> {
  const given = options as Readonly<Record<string, string | undefined>>;
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

import type { OrderVerb, Saga, SagaOrderOptions } from '@skald/sdk';
import { Option, type Command } from 'commander';
import { jsonOf } from '../arguments/contents.js';
import { count } from '../arguments/pairs.js';
import { exitCodeOf, linesOf, UsageFailure } from '../failure.js';
import { sagaRows } from '../output/sagas.js';
import type { Open, Session } from '../session.js';
import { orderInBulk, withBulkOptions, type BulkOptions } from './bulk-order.js';
import { reasonOption } from './common.js';
import { showSaga } from './sagas.js';

interface Verb {
  readonly verb: OrderVerb;
  readonly description: string;
  readonly options: readonly Option[];
}

const step = (): Option => new Option('--step <name>', 'which step').makeOptionMandatory();

const VERBS: readonly Verb[] = [
  { verb: 'retry', description: 'try now what is stuck or waits; back-off begins anew', options: [] },
  {
    verb: 'skip',
    description: 'treat a step as done, or as undone when the saga compensates',
    options: [step(), new Option('--result <json>', 'its output: JSON, @file, or - for standard input')],
  },
  { verb: 'compensate', description: 'turn back from here', options: [] },
  { verb: 'cancel', description: 'turn back, as the one who started the saga may', options: [] },
  {
    verb: 'resolve',
    description: 'end a saga that was settled by hand; nothing more is called',
    options: [new Option('--outcome <outcome>', 'how').choices(['completed', 'compensated']).makeOptionMandatory()],
  },
  { verb: 'pause', description: 'issue no calls until the saga is resumed', options: [] },
  { verb: 'resume', description: 'let a paused saga go on', options: [] },
  {
    verb: 'rebind',
    description: 'mend a wrong target or body of a step, for this saga',
    options: [
      step(),
      new Option('--operation <operation>', 'default: the one that it is at').choices(['action', 'compensation']),
      new Option('--participant <name>', 'who is to be called'),
      new Option('--path <path>', 'where'),
      new Option('--body <json>', 'with what: JSON, @file, or - for standard input'),
    ],
  },
];

type Options = BulkOptions & {
  readonly reason?: string;
  readonly seq?: number;
  readonly idempotencyKey?: string;
  readonly step: string;
  readonly result?: string;
  readonly outcome: 'completed' | 'compensated';
  readonly operation?: 'action' | 'compensation';
  readonly participant?: string;
  readonly path?: string;
  readonly body?: string;
};

/** The orders of operators: to sagas by their ids, or to all that a filter finds. */
export function addOrders(program: Command, open: Open): void {
  for (const { verb, description, options } of VERBS) {
    const command = program
      .command(`${verb} [ids...]`)
      .description(description)
      .addOption(reasonOption())
      .option('--seq <n>', 'only if the saga is as you have seen it: its seq', count)
      .option('--idempotency-key <key>', 'the same key gives the same order once');
    for (const option of options) command.addOption(option);
    withBulkOptions(command).action(async (ids: string[], given: Options) => {
      const session = open(command);
      const params = await paramsOf(given, session);
      checkTargets(ids, given);
      const reason = await session.reason(given.reason);
      if (ids.length === 0) await orderInBulk(session, verb, params, reason, given);
      else await orderEach(session, ids, (id) => order(session, verb, id, params, reason, given));
    });
  }
}

function checkTargets(ids: readonly string[], { filter, all, seq, idempotencyKey }: Options): void {
  const isBulk = filter !== undefined || all === true;
  if (isBulk && ids.length > 0) throw new UsageFailure('give ids, or --filter: not both');
  if (!isBulk && ids.length === 0) throw new UsageFailure('which sagas? Give their ids, or --filter name=value');
  if (ids.length > 1 && (seq !== undefined || idempotencyKey !== undefined)) {
    throw new UsageFailure('--seq and --idempotency-key go with one saga');
  }
}

/** One after the other; one that refuses doesn't keep the others from being ordered. */
async function orderEach(session: Session, ids: readonly string[], one: (id: string) => Promise<Saga>): Promise<void> {
  if (ids.length === 1) return showSaga(session, await one(ids[0]!));
  const items: Saga[] = [];
  for (const id of ids) {
    try {
      items.push(await one(id));
    } catch (err) {
      session.note(`${id}: ${linesOf(err).join(' ')}`);
      session.exitCode = Math.max(session.exitCode, exitCodeOf(err));
    }
  }
  session.show({ items }, () => sagaRows(items, session.paint));
}

function order(
  { skald: { admin, sagas } }: Session,
  verb: OrderVerb,
  id: string,
  params: Params,
  reason: string,
  { seq, idempotencyKey }: Options,
): Promise<Saga> {
  const options: SagaOrderOptions = {
    ...(seq !== undefined && { seq }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
  switch (verb) {
    case 'skip':
      return admin.skip(id, params as { step: string }, reason, options);
    case 'resolve':
      return admin.resolve(id, params['outcome'] as 'completed', reason, options);
    case 'rebind':
      return admin.rebind(id, params as { step: string }, reason, options);
    case 'cancel':
      // Without conditions it needs no operator: a submitter may take back what it has started.
      return Object.keys(options).length === 0 ? sagas.cancel(id, reason) : admin.cancel(id, reason, options);
    case 'retry':
    case 'compensate':
    case 'pause':
    case 'resume':
      return admin[verb](id, reason, options);
  }
}

type Params = Readonly<Record<string, unknown>>;

async function paramsOf(given: Options, { at: { stdin } }: Session): Promise<Params> {
  const { step, outcome, operation, participant, path, result, body } = given as Partial<Options>;
  const texts = Object.entries({ step, outcome, operation, participant, path }).filter(
    ([, text]) => text !== undefined,
  );
  return {
    ...Object.fromEntries(texts),
    ...(result !== undefined && { output: await jsonOf(result, stdin) }),
    ...(body !== undefined && { body: await jsonOf(body, stdin) }),
  };
}

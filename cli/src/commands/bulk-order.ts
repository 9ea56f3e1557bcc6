import type {
  BulkForecast,
  BulkForecastGroup,
  BulkForecastRefusal,
  BulkOperation,
  BulkOrder,
  OrderVerb,
} from '@skald/sdk';
import type { Command } from 'commander';
import { filterOf } from '../arguments/filter.js';
import { positive, ratio } from '../arguments/pairs.js';
import { EXIT } from '../failure.js';
import { facts, table, type Columns } from '../output/table.js';
import type { Session } from '../session.js';
import { filterOption } from './common.js';

/** How long between two looks at an operation, in ms. */
const PACE = 500;

export interface BulkOptions {
  readonly filter?: Readonly<Record<string, string>>;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly canary?: number;
  readonly rate?: number;
  readonly stopOnFailureRatio?: number;
  readonly yes?: boolean;
  readonly detach?: boolean;
}

/** What an order takes when it goes to all sagas that a filter finds. */
export function withBulkOptions(command: Command): Command {
  return command
    .addOption(filterOption())
    .option('--all', 'instead of ids: all sagas there are')
    .option('--dry-run', 'with --filter: only say how many sagas it would be')
    .option('--canary <n>', 'with --filter: so many go first, and the others only if these come out well', positive)
    .option('--rate <n>', 'with --filter: sagas per second', positive)
    .option('--stop-on-failure-ratio <share>', 'with --filter: stop when a larger share fails, 0 to 1', ratio)
    .option('--yes', 'with --filter: do not ask')
    .option('--detach', 'with --filter: do not wait for the outcome');
}

/**
 * Orders all sagas that the filter finds: says how many that is, asks, and shows what becomes of them. The server does
 * the work, so it goes on when this command is interrupted.
 */
export async function orderInBulk(
  session: Session,
  action: OrderVerb,
  params: object,
  reason: string,
  options: BulkOptions,
): Promise<void> {
  const { bulk } = session.skald.admin;
  const order: BulkOrder = {
    filter: options.filter === undefined ? { all: true } : filterOf(options.filter),
    action,
    reason,
    ...(Object.keys(params).length > 0 && { params }),
    ...(options.canary !== undefined && { canary: options.canary }),
    ...(options.rate !== undefined && { ratePerSecond: options.rate }),
    ...(options.stopOnFailureRatio !== undefined && { stopOnFailureRatio: options.stopOnFailureRatio }),
  };
  const forecast = await bulk.dryRun(order);
  if (options.dryRun) return session.show(forecast, () => forecastTables(session, forecast));
  const { count } = forecast;
  session.note(`${action}: ${count} ${count === 1 ? 'saga' : 'sagas'}`);
  if (!options.yes) await session.confirm(`${action} ${count} ${count === 1 ? 'saga' : 'sagas'}?`);
  const started = await bulk.start(order);
  const operation = options.detach ? started : await awaited(session, started);
  showOperation(session, operation);
  if (!options.detach) session.exitCode = isWell(operation) ? EXIT.ok : EXIT.failed;
}

/** Follows an operation until it has ended or is paused, and tells of its progress. */
export async function awaited(session: Session, started: BulkOperation): Promise<BulkOperation> {
  const signal = session.at.signal;
  let told = '';
  for (let operation = started; ; operation = await session.skald.admin.bulk.get(started.id)) {
    const now = `${operation.status}: ${countsOf(operation)}`;
    if (now !== told) session.note((told = now));
    if (operation.status !== 'running' || signal?.aborted) return operation;
    await new Promise<void>((resolve) => setTimeout(resolve, PACE));
  }
}

export function showOperation(session: Session, operation: BulkOperation): void {
  session.show(operation, () =>
    facts(
      {
        id: operation.id,
        status: operation.status,
        why: operation.stopReason,
        action: operation.action,
        filter: JSON.stringify(operation.filter),
        reason: operation.reason,
        by: operation.by,
        sagas: countsOf(operation),
        started: operation.startedAt,
        finished: operation.finishedAt,
      },
      session.paint,
    ),
  );
}

export function countsOf({ counts }: BulkOperation): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function isWell({ status, counts }: BulkOperation): boolean {
  const amiss = ['failed', 'refused', 'undecided'].some((name) => (counts[name] ?? 0) > 0);
  return status === 'completed' && !amiss;
}

function forecastTables({ paint }: Session, { action, count, groups, judged, refusals }: BulkForecast): string {
  const parts = [facts({ action, sagas: count, 'asked whether they would take it': judged }, paint)];
  if (groups.length > 0) {
    const columns: Columns<BulkForecastGroup> = {
      sagas: (group) => group.count,
      definition: ({ definition }) => definition,
      status: ({ status }) => status,
      step: ({ step }) => step,
    };
    parts.push(table(groups, columns, paint));
  }
  if (refusals.length > 0) {
    const columns: Columns<BulkForecastRefusal> = {
      'would refuse': (refusal) => refusal.count,
      because: ({ code, message }) => `${code}: ${message}`,
      sample: ({ sample }) => sample,
    };
    parts.push(table(refusals, columns, paint));
  }
  return parts.join('\n');
}

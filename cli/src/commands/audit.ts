import type { AuditEntry, AuditFilter } from '@skald/sdk';
import type { Command } from 'commander';
import { moment } from '../arguments/moments.js';
import { count } from '../arguments/pairs.js';
import { EXIT, UsageFailure } from '../failure.js';
import { plain } from '../output/plain.js';
import { facts, table } from '../output/table.js';
import type { Open, Session } from '../session.js';
import { limitOption, pageFor, take } from './common.js';

/** How long between two looks with `--follow`, in ms. */
const PACE = 1_000;

interface Options {
  readonly since?: string;
  readonly afterSeq?: number;
  readonly saga?: string;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly limit: number;
  readonly follow?: boolean;
  readonly export?: boolean;
  readonly verify?: boolean;
}

/** Who did what. */
export function addAudit(program: Command, open: Open): void {
  program
    .command('audit')
    .description('show who did what, newest first')
    .option('--since <when>', 'an instant, or an age such as 24h', (text: string) => moment(text))
    .option('--after-seq <n>', 'rows after this one', count)
    .option('--saga <id>', 'done to this saga')
    .option('--actor <actor>', 'done by key:<id>, token:<subject>, env:<role>, bulk:<id> …')
    .option('--action <action>', 'such as saga.retry, or saga.* for all that begin so')
    .option('--target <name>', "done to this: a participant's name, a key's id …")
    .addOption(limitOption())
    .option('--follow', 'go on with what is done from now on; one line for each')
    .option('--export', 'all rows, oldest first, as one JSON object a line')
    .option('--verify', 'look whether any row was changed or taken out; exit code 1: so it is')
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      if (options.verify) return verify(session);
      if (options.export) return exportAll(session, filterOf(options));
      if (options.follow) return follow(session, options);
      const { limit } = options;
      const items = await take(session.skald.admin.audit(filterOf(options), pageFor(limit)), limit);
      session.show({ items }, () => table(items, COLUMNS, session.paint));
    });
}

const COLUMNS = {
  seq: ({ seq }: AuditEntry) => seq,
  at: ({ at }: AuditEntry) => at,
  actor: ({ actor }: AuditEntry) => actor,
  action: ({ action }: AuditEntry) => action,
  on: ({ saga, target }: AuditEntry) => target ?? saga,
  reason: ({ reason }: AuditEntry) => reason,
};

function filterOf({ since, afterSeq, saga, actor, action, target }: Options): AuditFilter {
  if (since !== undefined && afterSeq !== undefined) throw new UsageFailure('give --since or --after-seq: not both');
  const after = since ?? afterSeq;
  return {
    ...(after !== undefined && { after }),
    ...(saga !== undefined && { saga }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(target !== undefined && { target }),
  };
}

async function verify(session: Session): Promise<void> {
  const verdict = await session.skald.admin.verifyAudit();
  const { rows, intact, brokenAt } = verdict;
  session.show(verdict, () => facts({ rows, intact: intact ? 'yes' : 'no', 'broken at': brokenAt }, session.paint));
  if (!intact) session.exitCode = EXIT.failed;
}

async function exportAll(session: Session, filter: AuditFilter): Promise<void> {
  for await (const entry of session.skald.admin.exportAudit(filter)) session.print(`${JSON.stringify(entry)}\n`);
}

/** Rows as they come, each once: the trail is numbered without gaps. */
async function follow(session: Session, options: Options): Promise<void> {
  const signal = session.at.signal;
  const filter = filterOf(options);
  const isText =
    session.options.output === 'table' || (session.options.output === undefined && session.at.stdout.isTTY);
  let after = filter.after;
  if (after === undefined) {
    const [last] = await take(session.skald.admin.audit({}, { pageSize: 1 }), 1);
    after = last?.seq ?? 0;
  }
  while (!signal?.aborted) {
    for await (const entry of session.skald.admin.exportAudit({ ...filter, after })) {
      after = entry.seq;
      session.print(`${isText ? lineOf(entry) : JSON.stringify(entry)}\n`);
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PACE);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

function lineOf({ seq, at, actor, action, saga, target, reason }: AuditEntry): string {
  return plain([`#${seq}`, at, actor, action, target ?? saga ?? '-', reason === null ? '' : `"${reason}"`].join('  '));
}

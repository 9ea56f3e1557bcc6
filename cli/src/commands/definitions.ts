import { isProblem, type StoredDefinition } from '@skald/sdk';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { documentsAt } from '../apply/documents.js';
import { lineDiff } from '../apply/line-diff.js';
import { documentOf, isSame, sorted } from '../apply/sameness.js';
import { positive } from '../arguments/pairs.js';
import { EXIT, Failure } from '../failure.js';
import { plain } from '../output/plain.js';
import { table } from '../output/table.js';
import { age } from '../output/times.js';
import type { Open, Session } from '../session.js';
import { applyFiles } from './apply.js';
import { limitOption, pageFor, take } from './common.js';

/** Check, compare and store definitions. */
export function addDefinitions(program: Command, open: Open): void {
  const definitions = program.command('definitions').description('check, compare, store and show definitions');

  definitions
    .command('lint <files...>')
    .description('check files without a server, by the rules that it has')
    .action(async (files: string[], _: object, command: Command) => lint(open(command), files));

  definitions
    .command('diff <file>')
    .description('compare files with the latest versions that are stored; exit code 1: they differ')
    .action(async (file: string, _: object, command: Command) => diff(open(command), file));

  definitions
    .command('push <files...>')
    .description('store definitions; the same content again is the same version')
    .option('--dry-run', 'store nothing, only say what would change')
    .action(async (files: string[], { dryRun }: { dryRun?: boolean }, command: Command) => {
      await applyFiles(open(command), files, dryRun === true);
    });

  definitions
    .command('list')
    .description('show the latest version of every definition')
    .addOption(limitOption(0))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = open(command);
      const items = await take(session.skald.definitions.list(pageFor(limit)), limit);
      const now = Date.now();
      session.show({ items }, () =>
        table<StoredDefinition>(
          items,
          {
            name: ({ name }) => name,
            version: ({ version }) => version,
            steps: ({ steps }) => (Array.isArray(steps) ? steps.length : null),
            age: ({ createdAt }) => age(createdAt, now),
            description: ({ description }) => (typeof description === 'string' ? description : null),
          },
          session.paint,
        ),
      );
    });

  definitions
    .command('get <name>')
    .description('show a definition')
    .option('--definition-version <n>', 'default: the latest', positive)
    .action(async (name: string, options: { definitionVersion?: number }, command: Command) => {
      const session = open(command);
      const stored = await session.skald.definitions.get(name, options.definitionVersion);
      session.show(stored, () => stringify(stored, { lineWidth: 0 }));
    });
}

async function lint(session: Session, files: readonly string[]): Promise<void> {
  // Compilers of expressions and schemas take their time to load, and no other command needs them.
  const { definitionProblems } = await import('@skald/sdk/testing');
  const items: { where: string; pointer: string; detail: string }[] = [];
  for (const file of files) {
    for (const { where, value } of await documentsAt(file, session.at.stdin)) {
      items.push(...definitionProblems(value).map(({ pointer, detail }) => ({ where, pointer, detail })));
    }
  }
  session.show({ items }, () =>
    items.map(({ where, pointer, detail }) => plain(`${where} ${pointer} ${detail}`) + '\n').join(''),
  );
  if (items.length > 0) throw new Failure(`${items.length} ${items.length === 1 ? 'problem' : 'problems'}`);
  session.note('no problems');
}

async function diff(session: Session, file: string): Promise<void> {
  const items: { name: string; version: number | null; lines: readonly string[] }[] = [];
  for (const { where, value } of await documentsAt(file, session.at.stdin)) {
    const { name } = value as { readonly name?: unknown };
    if (typeof name !== 'string') throw new Failure(`${where}: has no name`);
    const stored = await latest(session, name);
    const before = stored && documentOf(stored);
    if (before && isSame(before, value)) continue;
    const lines = lineDiff(before ? stringify(sorted(before)) : '', stringify(sorted(value)));
    items.push({ name, version: stored?.version ?? null, lines: lines.filter((line) => line !== ' ') });
  }
  session.show({ items }, () =>
    items
      .map(({ name, version, lines }) => {
        const shown = lines.map((line) => painted(session, plain(line)));
        return [`--- ${name} ${version === null ? '(not stored)' : `v${version}`}`, `+++ ${file}`, ...shown, ''].join(
          '\n',
        );
      })
      .join(''),
  );
  if (items.length > 0) session.exitCode = EXIT.failed;
}

function painted({ paint }: Session, line: string): string {
  if (line.startsWith('-')) return paint('red', line);
  return line.startsWith('+') ? paint('green', line) : line;
}

async function latest({ skald }: Session, name: string): Promise<StoredDefinition | null> {
  try {
    return await skald.definitions.get(name);
  } catch (err) {
    if (isProblem(err, 'unknown-definition')) return null;
    throw err;
  }
}

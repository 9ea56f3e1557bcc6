import type { Command } from 'commander';
import { apply, type Applied } from '../apply/apply.js';
import { documentsAt, wantedBy } from '../apply/documents.js';
import { each } from '../arguments/pairs.js';
import { exitCodeOf, linesOf } from '../failure.js';
import { paintStatus } from '../output/paint.js';
import type { Open, Session } from '../session.js';

/** Bring participants and definitions about, from files. */
export function addApply(program: Command, open: Open): void {
  program
    .command('apply')
    .description('store participants and definitions from files of YAML or JSON; says what has changed')
    .requiredOption('-f, --file <path>', 'a file, a directory, or - for standard input; may be given many times', each)
    .option('--dry-run', 'store nothing, only say what would change')
    .action(async ({ file, dryRun }: { file: readonly string[]; dryRun?: boolean }, command: Command) => {
      await applyFiles(open(command), file, dryRun === true);
    });
}

/** One after the other; one that is refused doesn't keep the others from being stored. */
export async function applyFiles(session: Session, places: readonly string[], dryRun: boolean): Promise<void> {
  const documents = [];
  for (const place of places) documents.push(...(await documentsAt(place, session.at.stdin)));
  const items: Applied[] = [];
  for (const wanted of wantedBy(documents)) {
    try {
      items.push(await apply(session.skald, wanted, dryRun));
    } catch (err) {
      const [first = '', ...more] = linesOf(err);
      session.note(`${wanted.where}: ${wanted.kind} ${wanted.name}: ${first}`);
      for (const line of more) session.note(line);
      session.exitCode = Math.max(session.exitCode, exitCodeOf(err));
    }
  }
  for (const { kind, name, warnings = [] } of items) {
    for (const warning of warnings) session.note(`${kind} ${name}: ${warning}`);
  }
  session.show({ items, dryRun }, () => items.map((item) => lineOf(session, item, dryRun)).join(''));
}

function lineOf({ paint }: Session, { kind, name, result, version }: Applied, dryRun: boolean): string {
  const which = version === undefined ? name : `${name} v${version}`;
  return `${kind} ${which} ${paintStatus(paint, result)}${dryRun ? ' (dry run)' : ''}\n`;
}

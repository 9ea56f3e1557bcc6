import type { JournalEntry, Saga } from '@skald/sdk';
import type { Command } from 'commander';
import { count } from '../arguments/pairs.js';
import { entryLine } from '../output/entries.js';
import { clipped } from '../output/plain.js';
import { sagaTree } from '../output/saga-tree.js';
import type { Open, Session } from '../session.js';
import { exitCodeOfSaga } from './sagas.js';

/** Facts by which a saga may have got stuck. */
const MAY_BE_STUCK = /stuck|set-aside/;

/** Follow a saga to its end: as a tree that changes in a terminal, line by line elsewhere. */
export function addWatch(program: Command, open: Open): void {
  program
    .command('watch <id>')
    .description('follow a saga until it has ended or is stuck; the exit code tells how')
    .option('--after <seq>', 'only entries after this one', count, 0)
    .option('--past-stuck', 'go on when it is stuck: somebody may mend it')
    .action(async (id: string, options: { after: number; pastStuck?: boolean }, command: Command) => {
      const session = open(command);
      const { sagas } = session.skald;
      const teller =
        session.at.stdout.isTTY && session.options.output === undefined ? new Tree(session) : new Lines(session);
      let saga = await sagas.get(id);
      teller.begin(saga);
      const signal = session.at.signal;
      for await (const entry of sagas.watch(id, { after: options.after, ...(signal && { signal }) })) {
        if (teller.needsSaga || entry.facts.some(({ type }) => MAY_BE_STUCK.test(type))) saga = await sagas.get(id);
        teller.tell(entry, saga);
        if (saga.status === 'stuck' && saga.seq <= entry.seq && !options.pastStuck) break;
      }
      saga = await sagas.get(id);
      teller.end(saga);
      session.exitCode = exitCodeOfSaga(saga);
    });
}

/** One line per entry, as text or as JSON. */
class Lines {
  readonly needsSaga = false;

  constructor(private readonly session: Session) {}

  begin(): void {
    // What there is to tell comes with the entries.
  }

  tell(entry: JournalEntry): void {
    const isText = this.session.options.output === undefined || this.session.options.output === 'table';
    this.session.print(`${isText ? entryLine(entry) : JSON.stringify(entry)}\n`);
  }

  end({ id, status }: Saga): void {
    this.session.note(`saga ${id} is ${status}`);
  }
}

/** The saga as it stands, drawn again in its place with every entry. */
class Tree {
  readonly needsSaga = true;
  private drawn = 0;

  constructor(private readonly session: Session) {}

  begin(saga: Saga): void {
    this.draw(saga, []);
  }

  tell(entry: JournalEntry, saga: Saga): void {
    this.draw(saga, [this.session.paint('grey', clipped(entryLine(entry), this.width))]);
  }

  end(saga: Saga): void {
    this.draw(saga, []);
  }

  private draw(saga: Saga, below: readonly string[]): void {
    const { print, paint } = { print: (text: string) => this.session.print(text), paint: this.session.paint };
    const lines = [...sagaTree(saga, paint, Date.now(), this.width), ...below];
    print(`${this.drawn > 0 ? `\u001b[${this.drawn}A\u001b[J` : ''}${lines.join('\n')}\n`);
    this.drawn = lines.length;
  }

  /** A line that wraps would count as two. */
  private get width(): number {
    return (this.session.at.stdout.columns ?? 120) - 1;
  }
}

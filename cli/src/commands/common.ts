import { Option, type Command } from 'commander';
import { FILTER_NAMES } from '../arguments/filter.js';
import { moment } from '../arguments/moments.js';
import { pair, positive } from '../arguments/pairs.js';

export const reasonOption = (): Option =>
  new Option('--reason <text>', 'why; kept in the journal and in the audit trail (asked for in a terminal)');

export const limitOption = (most = 50): Option =>
  new Option('--limit <n>', 'most items to show; 0: all').argParser(Number).default(most);

/** The first items of a list; 0: all. */
export async function take<T>(items: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const item of items) {
    taken.push(item);
    if (taken.length === limit) break;
  }
  return taken;
}

/** How many items a page may as well have when so many are wanted. */
export function pageFor(limit: number): { readonly pageSize: number } {
  return { pageSize: limit === 0 ? 200 : Math.min(limit, 200) };
}

/** The filters of a list of sagas, each as an option of its own. */
export function withSagaFilters(command: Command): Command {
  return command
    .option('--status <statuses>', 'one, or several separated by commas')
    .option('--definition <name>', 'name of their definition')
    .option('--definition-version <n>', 'version of their definition', positive)
    .option('--business-key <key>', 'how your own system calls them')
    .option('--tag <name=value>', 'with this tag; may be given many times', pair)
    .option('--step <name>', 'stuck at this step, or trying it again and again')
    .option('--participant <name>', 'stuck at this participant, or trying it again and again')
    .option('--error <fingerprint>', 'stuck at this error, or meeting it again and again')
    .option('--retrying', 'that wait for another attempt after one that failed')
    .option('--paused', 'that an operator holds back')
    .option('--trouble-before <when>', 'in trouble since before: an instant, or an age such as 15m', (text) =>
      moment(text),
    )
    .option('--started-after <when>', 'an instant, or an age such as 24h', (text) => moment(text))
    .option('--started-before <when>', 'an instant, or an age such as 24h', (text) => moment(text));
}

export const filterOption = (): Option =>
  new Option(
    '--filter <name=value>',
    `instead of ids: all sagas that meet it; may be given many times. Names: ${FILTER_NAMES.join(', ')}`,
  ).argParser(pair);

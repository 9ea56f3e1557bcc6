import CliTable from 'cli-table3';
import { plain } from './plain.js';
import { paintStatus, type Paint } from './paint.js';

const NONE = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' };
const BORDERLESS = {
  ...NONE,
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** One column: its heading, and what stands in it for an item. */
export type Columns<T> = Readonly<Record<string, (item: T) => string | number | boolean | null | undefined>>;

/** Items under headings, without borders, so that it can be read and cut alike. */
export function table<T>(items: readonly T[], columns: Columns<T>, paint: Paint): string {
  const headings = Object.keys(columns);
  if (items.length === 0) return 'none\n';
  const grid = new CliTable({
    head: headings.map((heading) => heading.toUpperCase()),
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  for (const item of items) {
    grid.push(headings.map((heading) => cell(columns[heading]?.(item), heading, paint)));
  }
  return `${trimmed(grid.toString())}\n`;
}

/** Names and values, one pair a line. */
export function facts(
  pairs: Readonly<Record<string, string | number | boolean | null | undefined>>,
  paint: Paint,
): string {
  const given = Object.entries(pairs).filter(([, value]) => value != null && value !== '');
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${paint('grey', name.padEnd(width))}  ${cell(value, name, paint)}\n`).join('');
}

const STATUSES = new Set(['status', 'state', 'outcome', 'breaker', 'result']);

function cell(value: string | number | boolean | null | undefined, heading: string, paint: Paint): string {
  const text = value == null || value === '' ? '-' : plain(String(value));
  return STATUSES.has(heading) ? paintStatus(paint, text) : text;
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

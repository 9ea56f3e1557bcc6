import fc from 'fast-check';
import type { Saga, StepView } from '@skald/sdk';
import { entryLine } from './entries.js';
import { coloured, colourless } from './paint.js';
import { plain } from './plain.js';
import { sagaTree } from './saga-tree.js';
import { facts, table } from './table.js';
import { age, span } from './times.js';

const NOW = Date.parse('2026-11-24T12:00:00.000Z');

const step = (name: string, more: Partial<StepView> = {}): StepView => ({
  name,
  participant: 'stock',
  kind: 'compensatable',
  status: 'succeeded',
  output: null,
  error: null,
  attempts: { action: 1, compensation: 0 },
  ...{ startedAt: null, compensationStartedAt: null, finishedAt: null, waitingFor: null, nextAttemptAt: null },
  ...more,
});

const saga = (steps: readonly StepView[], more: Partial<Saga> = {}): Saga => ({
  id: '0189',
  definition: 'place-order',
  version: 2,
  status: 'running',
  paused: false,
  businessKey: null,
  ...{ tags: {}, input: {}, output: null, reason: null, stuck: null, parent: null, links: {} },
  ...{ startedAt: '2026-11-24T11:59:00.000Z', finishedAt: null, dueAt: null, steps, seq: 4 },
  ...more,
});

test('a saga is a tree of its steps, which says what each waits for', () => {
  const error = { code: 'http-503', message: 'later', fingerprint: 'f' };
  const waitingFor = { what: 'retry', until: '2026-11-24T12:00:17.000Z' } as const;
  const steps = [
    step('reserve'),
    step('pay', { status: 'running', attempts: { action: 3, compensation: 0 }, error, waitingFor }),
  ];
  const stuck = { step: 'pay', operation: 'action', code: 'x', message: 'no', since: '' } as const;
  expect(sagaTree(saga(steps, { paused: true, stuck, businessKey: 'o-1' }), colourless, NOW)).toEqual([
    'place-order v2  running (paused)  0189  o-1',
    '├─ ✔ reserve  succeeded     stock',
    '└─ ● pay      running       stock · 3 attempts · waits for retry in 17s · http-503: later',
    'stuck at pay (action): x: no',
  ]);
});

test('no text from elsewhere reaches a terminal with its control characters', () => {
  const wild = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(wild, wild, fc.integer({ min: 40, max: 200 }), (text, other, width) => {
      const error = { code: 'c', message: text, fingerprint: 'f' };
      const reason = { code: 'r', message: other };
      const tree = sagaTree(
        saga([step('a', { status: 'failed', error })], { businessKey: text, reason }),
        colourless,
        NOW,
        width,
      );
      const entry = { seq: 1, at: new Date(NOW).toISOString(), by: other, facts: [{ type: text, reason: other }] };
      const rows = table([{ text }], { text: (item) => item.text }, colourless);
      const shown = [...tree, entryLine(entry), ...rows.split('\n'), ...facts({ a: text }, colourless).split('\n')];
      for (const line of shown) expect(line).not.toMatch(/\p{Control}/u);
      for (const line of tree.slice(1)) expect([...line].length).toBeLessThanOrEqual(width);
    }),
  );
});

test('tables have no borders and no blanks at the end of a line', () => {
  const rows = table(
    [
      { a: 1, b: 'stuck' },
      { a: 20, b: null },
    ],
    { a: ({ a }) => a, status: ({ b }) => b },
    colourless,
  );
  expect(rows).toBe('A   STATUS\n1   stuck\n20  -\n');
  expect(table([], { a: () => 1 }, colourless)).toBe('none\n');
  expect(table([{ b: 'stuck' }], { status: ({ b }) => b }, coloured)).toContain('\u001b[31mstuck\u001b[0m');
});

test('times are said in their largest unit', () => {
  expect([0, 250, 59_999, 60_000, 7_200_000, 2 * 86_400_000].map(span)).toEqual([
    '0ms',
    '250ms',
    '59s',
    '1m',
    '2h',
    '2d',
  ]);
  expect(age(null, NOW)).toBe('-');
  expect(plain('a\u001b[2J\r\nb')).toBe('a [2J b');
});

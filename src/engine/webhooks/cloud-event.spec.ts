import { parseDefinition } from '../../saga/definition-parser.js';
import { replay } from '../../saga/evolve.js';
import type { Entry, Fact } from '../../saga/facts.js';
import { eventOf, pingOf } from './cloud-event.js';

const ID = '01a20b3c-c962-74b8-9ddb-8e0f77a4f41c';

const SOURCE = {
  name: 'place-order',
  sensitive: ['/card'],
  steps: [{ name: 'charge', participant: 'payment', action: { path: '/c' }, compensation: { path: '/c/undo' } }],
};

const STARTED: Fact = {
  type: 'saga-started',
  definition: 'place-order',
  version: 3,
  input: { card: '4111-1111-1111-1111', sku: 'tea' },
};

function tell(...entries: (readonly Fact[])[]): readonly Entry[] {
  return entries.map((facts, i) => ({ seq: i + 1, at: 1_790_000_000_000 + i, by: 'engine', facts }));
}

function eventsOf(entries: readonly Entry[]) {
  const parsed = parseDefinition(SOURCE);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const definition = { ...parsed.definition, version: 3 };
  const now = replay(ID, definition, entries);
  return entries.map((entry, i) => eventOf(entry, replay(ID, definition, entries.slice(0, i + 1)), now));
}

describe('the event of a journal entry', () => {
  const story = tell(
    [STARTED],
    [{ type: 'step-entered', step: 'charge' }],
    [
      { type: 'step-succeeded', step: 'charge', attempt: 1, output: null },
      { type: 'saga-completed', output: null },
    ],
  );

  it('has an id that says which entry it is, and everything that CloudEvents asks for', () => {
    expect(eventsOf(story)[2]).toMatchObject({
      ...{ specversion: '1.0', id: `${ID}:3`, source: `/skald/sagas/${ID}`, subject: 'place-order' },
      ...{ time: '2026-09-21T14:13:20.002Z', datacontenttype: 'application/json' },
      traceparent: '00-01a20b3cc96274b89ddb8e0f77a4f41c-0000000000000003-00',
    });
  });

  it('is called after the fact that matters most', () => {
    expect(eventsOf(story).map(({ type }) => type)).toEqual([
      'dev.skald.saga.started',
      'dev.skald.saga.step-entered',
      'dev.skald.saga.completed',
    ]);
  });

  it('says how the saga stood right after it, whatever has become of it since', () => {
    expect(eventsOf(story).map(({ data }) => (data as { status: string }).status)).toEqual([
      'running',
      'running',
      'completed',
    ]);
  });

  it('tells nothing of what the definition marks as sensitive', () => {
    const text = JSON.stringify(eventsOf(story));
    expect(text).not.toContain('4111');
    expect(text).toContain('tea');
  });

  it('is the same for every repeat', () => {
    expect(eventsOf(story)).toEqual(eventsOf(story));
  });

  it('is of a kind of its own when it only tries a receiver out', () => {
    expect(pingOf('erp', 'n1', 0)).toMatchObject({
      id: 'ping:n1',
      type: 'dev.skald.ping',
      data: { subscription: 'erp' },
    });
  });
});

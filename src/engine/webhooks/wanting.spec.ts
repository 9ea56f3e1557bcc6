import type { Published } from '../../store/webhooks/outbox.js';
import { streamsOf } from './handing-out.js';
import { EVENT_TYPES, wantsFacts, wantsSaga } from './wanting.js';

const order = { definition: 'place-order', tags: { shop: 'berlin', tier: 'a' } };

describe('a filter of saga events', () => {
  it('lets everything through when it says nothing', () => {
    expect(wantsSaga({}, order)).toBe(true);
    expect(wantsFacts({}, [])).toBe(true);
  });

  it('wants all that it names, and of the definitions one', () => {
    expect(wantsSaga({ definitions: ['ship', 'place-order'] }, order)).toBe(true);
    expect(wantsSaga({ definitions: ['ship'] }, order)).toBe(false);
    expect(wantsSaga({ tags: { shop: 'berlin', tier: 'a' } }, order)).toBe(true);
    expect(wantsSaga({ tags: { shop: 'berlin', tier: 'b' } }, order)).toBe(false);
    expect(wantsSaga({ tags: { shop: 'berlin' } }, { ...order, tags: null })).toBe(false);
  });

  it('knows types of facts, and words for several of them', () => {
    expect(wantsFacts({ types: ['step-succeeded'] }, [{ type: 'step-entered' }, { type: 'step-succeeded' }])).toBe(
      true,
    );
    expect(wantsFacts({ types: ['saga.ended'] }, [{ type: 'saga-compensated' }])).toBe(true);
    expect(wantsFacts({ types: ['saga.stuck', 'saga.started'] }, [{ type: 'step-stuck' }])).toBe(true);
    expect(wantsFacts({ types: ['saga.ended'] }, [{ type: 'step-succeeded' }])).toBe(false);
    expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
  });

  it('makes one stream of all entries of a saga, from the first that is wanted to the last', () => {
    const entry = (sagaId: string, seq: number, type = 'step-entered'): Published =>
      ({ ...order, sagaId, seq, at: 1_000 * seq, facts: [{ type }] }) as unknown as Published;
    const entries = [entry('a', 4), entry('b', 1, 'saga-started'), entry('a', 5), entry('a', 6, 'saga-completed')];
    const all = { id: 'all', filter: {} };
    const ended = { id: 'ended', filter: { types: ['saga.ended'] } };
    expect(streamsOf(entries, [all, ended])).toEqual([
      { sagaId: 'a', subscriptionId: 'all', syncedTo: 3, lastSeq: 6, at: 4_000 },
      { sagaId: 'b', subscriptionId: 'all', syncedTo: 0, lastSeq: 1, at: 1_000 },
      { sagaId: 'a', subscriptionId: 'ended', syncedTo: 5, lastSeq: 6, at: 6_000 },
    ]);
  });
});

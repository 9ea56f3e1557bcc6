import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import type { Reply } from '../../../saga/reply.js';
import { Bulkhead } from './bulkhead.js';
import type { Waiter } from './bulkhead-room.js';

const DONE: Reply = { kind: 'succeeded', output: null };

interface Caller {
  readonly id: number;
  readonly operation: Operation;
  readonly isBack: boolean;
}

/** A real bulkhead and its callers, each in one of three states. */
class Callers {
  readonly inPlace = new Map<number, { readonly caller: Caller; readonly since: number }>();
  readonly waiting = new Map<number, Waiter>();
  constructor(readonly bulkhead: Bulkhead) {}

  arrive(caller: Caller, now: number): void {
    if (this.bulkhead.enter(caller.operation, now)) {
      this.inPlace.set(caller.id, { caller, since: now });
      return;
    }
    const waiter: Waiter = {
      ...caller,
      enter: (since) => {
        this.waiting.delete(caller.id);
        this.inPlace.set(caller.id, { caller, since });
      },
      giveWay: () => this.waiting.delete(caller.id),
    };
    if (this.bulkhead.seat(waiter)) this.waiting.set(caller.id, waiter);
  }

  end(id: number, now: number): void {
    const { caller, since } = this.inPlace.get(id)!;
    this.inPlace.delete(id);
    this.bulkhead.leave(caller.operation, since, DONE, now);
  }

  giveUp(id: number): void {
    this.bulkhead.unseat(this.waiting.get(id)!);
    this.waiting.delete(id);
  }
}

/** The same by plain lists: after every event, look through all who wait for one who may enter. */
class ByLists {
  inPlace: Caller[] = [];
  waiting: Caller[] = [];
  constructor(public limit: number) {}

  arrive(caller: Caller): void {
    this.waiting.push(caller);
    this.callIn();
    // Whoever is too many has come last among those who would be last to enter.
    if (this.waiting.length > this.limit && this.waiting.includes(caller)) {
      this.waiting.splice(this.waiting.lastIndexOf(this.waiting.toSorted(byRank).at(-1)!), 1);
    }
  }

  end(id: number): void {
    this.inPlace = this.inPlace.filter((each) => each.id !== id);
    this.callIn();
  }

  giveUp(id: number): void {
    this.waiting = this.waiting.filter((each) => each.id !== id);
  }

  callIn(): void {
    for (;;) {
      const next = this.waiting.toSorted(byRank).find((each) => this.mayEnter(each));
      if (!next) return;
      this.giveUp(next.id);
      this.inPlace.push(next);
    }
  }

  private mayEnter({ operation }: Caller): boolean {
    const actions = this.inPlace.filter((each) => each.operation === 'action').length;
    const forActions = this.limit === 1 ? 1 : this.limit - Math.ceil(this.limit / 10);
    return this.inPlace.length < this.limit && (operation === 'compensation' || actions < forActions);
  }
}

function byRank(a: Caller, b: Caller): number {
  return rank(a) - rank(b) || a.id - b.id;
}

function rank({ operation, isBack }: Caller): number {
  return operation === 'compensation' ? 0 : isBack ? 1 : 2;
}

describe('a bulkhead', () => {
  const operation = fc.constantFrom<Operation>('action', 'compensation');
  const event = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('arrive' as const), operation, isBack: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('end' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('give-up' as const), pick: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('adopt' as const), limit: fc.integer({ min: 1, max: 22 }) }),
    },
  );

  it('lets in whom a list of all callers lets in, and never more than it has places', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), fc.array(event, { maxLength: 80, size: 'max' }), (limit, events) => {
        const callers = new Callers(new Bulkhead({ maxConcurrent: limit, mode: 'fixed' }, 0));
        const lists = new ByLists(limit);
        events.forEach((each, id) => {
          const before = callers.inPlace.size;
          switch (each.type) {
            case 'arrive':
              callers.arrive({ id, ...each }, id);
              lists.arrive({ id, ...each });
              break;
            case 'end': {
              const picked = pick(lists.inPlace, each.pick);
              if (!picked) return;
              callers.end(picked.id, id);
              lists.end(picked.id);
              break;
            }
            case 'give-up': {
              const picked = pick(lists.waiting, each.pick);
              if (!picked) return;
              callers.giveUp(picked.id);
              lists.giveUp(picked.id);
              break;
            }
            case 'adopt':
              callers.bulkhead.adopt({ maxConcurrent: each.limit, mode: 'fixed' }, id);
              lists.limit = each.limit;
              lists.callIn();
          }
          expect([idsOf(callers.inPlace.keys()), idsOf(callers.waiting.keys())]).toEqual([
            idsOf(lists.inPlace.map((caller) => caller.id)),
            idsOf(lists.waiting.map((caller) => caller.id)),
          ]);
          expect(callers.inPlace.size).toBeLessThanOrEqual(Math.max(before, lists.limit));
          expect(callers.bulkhead.snapshot()).toEqual({
            limit: lists.limit,
            inFlight: lists.inPlace.length,
            waiting: lists.waiting.length,
            mode: 'fixed',
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a place for a compensation while actions take all they can get, and lets it go first when there is one place', () => {
    const ten = new Bulkhead({ maxConcurrent: 10, mode: 'fixed' }, 0);
    const actions = Array.from({ length: 20 }, () => ten.enter('action', 0));
    expect(actions.filter(Boolean)).toHaveLength(9);
    expect(ten.enter('compensation', 0)).toBe(true);

    const one = new Callers(new Bulkhead({ maxConcurrent: 1, mode: 'fixed' }, 0));
    one.arrive({ id: 1, operation: 'action', isBack: false }, 0);
    one.arrive({ id: 2, operation: 'action', isBack: true }, 0);
    one.arrive({ id: 3, operation: 'compensation', isBack: false }, 0);
    expect([...one.waiting.keys()]).toEqual([3]);
    one.end(1, 5);
    expect([...one.inPlace.keys()]).toEqual([3]);
  });

  it('tells parked calls to come back as places become free: limit ÷ mean duration', () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 10, mode: 'fixed' }, 0);
    for (let index = 0; index < 200; index++) {
      bulkhead.enter('compensation', 0);
      bulkhead.leave('compensation', 0, DONE, 500);
    }
    const waits = [1, 2, 3, 4].map(() => bulkhead.comeBackIn('action', 500));
    expect(waits).toEqual([50, 100, 150, 200]);
  });

  it('takes calls that do not end for slow ones, before the first of them is over', () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 10, mode: 'fixed' }, 0);
    expect(bulkhead.comeBackIn('action', 0)).toBe(10);
    for (let index = 0; index < 9; index++) bulkhead.enter('action', 0);
    expect(bulkhead.comeBackIn('action', 4_000)).toBe(400);

    const busy = new Bulkhead({ maxConcurrent: 10, mode: 'fixed' }, 0);
    for (const since of [500, 1_000, 1_000]) busy.enter('action', since);
    busy.leave('action', 500, DONE, 1_000);
    expect(busy.comeBackIn('action', 4_000)).toBe(300);
  });

  it('counts neither refusals nor bugs as calls of a duration', () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 10, mode: 'fixed' }, 0);
    for (const reply of [null, { kind: 'refused', by: 'breaker', wait: 1 } as const]) {
      bulkhead.enter('action', 0);
      bulkhead.leave('action', 0, reply, 50_000);
    }
    expect(bulkhead.comeBackIn('action', 50_000)).toBe(10);
  });

  it('moves an adaptive limit by what calls take, and takes up a fixed one at once', () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 100, mode: 'adaptive' }, 0);
    const start = bulkhead.snapshot();
    expect(start).toMatchObject({ limit: 4, mode: 'adaptive' });
    let now = 0;
    for (let round = 0; round < 200; round++) {
      let entered = 0;
      while (bulkhead.enter('action', now)) entered += 1;
      now += 10;
      for (let index = 0; index < entered; index++) bulkhead.leave('action', now - 10, DONE, now);
    }
    expect(bulkhead.snapshot().limit).toBe(100);
    bulkhead.enter('action', now);
    const timeout = { code: 'timeout', message: '', fingerprint: '' };
    bulkhead.leave('action', now, { kind: 'failed', effect: 'in-doubt', error: timeout }, now + 5_000);
    expect(bulkhead.snapshot().limit).toBe(90);
    bulkhead.adopt({ maxConcurrent: 50, mode: 'adaptive' }, now);
    expect(bulkhead.snapshot().limit).toBe(50);
    bulkhead.adopt({ maxConcurrent: 7, mode: 'fixed' }, now);
    expect(bulkhead.snapshot()).toMatchObject({ limit: 7, mode: 'fixed' });
  });
});

function pick(from: readonly Caller[], index: number): Caller | undefined {
  return from[index % from.length];
}

function idsOf(ids: Iterable<number>): number[] {
  return [...ids].sort((a, b) => a - b);
}

import fc from 'fast-check';
import type { Operation } from '../../../saga/definition.js';
import type { Reply } from '../../../saga/reply.js';
import type { Send } from '../../chain.js';
import type { ParticipantCall } from '../../participant-call.js';
import { Bulkhead } from './bulkhead.js';
import { bulkheadPolicy } from './bulkhead-policy.js';

const DONE: Reply = { kind: 'succeeded', output: null };
const REFUSED: Reply = { kind: 'refused', by: 'breaker', wait: 7 };

// Virtual time costs real time on a busy machine.
jest.setTimeout(30_000);

describe('the policy of a bulkhead', () => {
  beforeEach(() => jest.useFakeTimers({ advanceTimers: false }));
  afterEach(() => jest.useRealTimers());

  const clock = (): number => performance.now();

  it('gives every place back whatever becomes of the call, and lets nobody wait for long', async () => {
    const call = fc.record({
      at: fc.nat(400),
      operation: fc.constantFrom<Operation>('action', 'compensation'),
      releasedBy: fc.constantFrom(null, 'bulkhead', 'breaker'),
      takes: fc.nat(300),
      fate: fc.constantFrom('answers', 'refuses', 'rejects', 'throws'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom<'fixed' | 'adaptive'>('fixed', 'adaptive'),
        fc.array(call, { maxLength: 80, size: 'max' }),
        async (maxConcurrent, mode, calls) => {
          const bulkhead = new Bulkhead({ maxConcurrent, mode }, clock());
          const policy = bulkheadPolicy(bulkhead, clock);
          let inside = 0;
          const ends = calls.map(async ({ at, operation, releasedBy, takes, fate }) => {
            await pause(at);
            const arrived = clock();
            let waited: number | undefined;
            const next: Send = () => {
              waited = clock() - arrived;
              inside += 1;
              expect(inside).toBeLessThanOrEqual(maxConcurrent);
              if (fate === 'throws') {
                inside -= 1;
                throw new Error('a bug');
              }
              return pause(takes).then(() => {
                inside -= 1;
                if (fate === 'rejects') throw new Error('a bug');
                return fate === 'refuses' ? REFUSED : DONE;
              });
            };
            const end = await policy(callOf(operation, releasedBy), next).catch((err: unknown) => String(err));
            if (waited === undefined) {
              expect(end).toMatchObject({ kind: 'refused', by: 'bulkhead' });
              expect(Number.isInteger((end as { wait: number }).wait)).toBe(true);
            } else {
              expect(end).toEqual(
                { answers: DONE, refuses: REFUSED, rejects: 'Error: a bug', throws: 'Error: a bug' }[fate],
              );
            }
            expect(waited ?? clock() - arrived).toBeLessThan(150);
          });
          const all = Promise.all(ends);
          await jest.advanceTimersByTimeAsync(2_000);
          await all;
          expect(bulkhead.snapshot()).toMatchObject({ inFlight: 0, waiting: 0 });
          expect(jest.getTimerCount()).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('sends at once, without a timer, when there is a place', () => {
    const policy = bulkheadPolicy(new Bulkhead({ maxConcurrent: 2, mode: 'fixed' }, 0), clock);
    const sent: string[] = [];
    void policy(callOf('action', null), async ({ operation }) => {
      sent.push(operation);
      return DONE;
    });
    expect(sent).toEqual(['action']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets those go first who come back, and parks the last comer at once when a compensation needs the seat', async () => {
    const policy = bulkheadPolicy(new Bulkhead({ maxConcurrent: 2, mode: 'fixed' }, clock()), clock);
    const order: string[] = [];
    const send = async (name: string, operation: Operation, releasedBy: string | null): Promise<void> => {
      const reply = await policy(callOf(operation, releasedBy), () => pause(40).then(() => DONE));
      order.push(`${name} ${reply.kind} at ${clock() - zero}`);
    };
    const zero = clock();
    const all = [
      send('one', 'action', null),
      send('undo', 'compensation', null),
      send('new', 'action', null),
      send('back', 'action', 'bulkhead'),
    ];
    await jest.advanceTimersByTimeAsync(5);
    all.push(send('newer', 'action', null), send('undo again', 'compensation', null));
    await jest.advanceTimersByTimeAsync(200);
    await Promise.all(all);
    expect(order).toEqual([
      'newer refused at 5',
      'new refused at 5',
      'one succeeded at 40',
      'undo succeeded at 40',
      'undo again succeeded at 80',
      'back succeeded at 80',
    ]);
  });

  it('lets one participant that never answers hold its places and as many seats, and parks the rest', async () => {
    const bulkhead = new Bulkhead({ maxConcurrent: 20, mode: 'fixed' }, clock());
    const policy = bulkheadPolicy(bulkhead, clock);
    const comebacks: number[] = [];
    const undone: number[] = [];
    const timedOut = async (): Promise<Reply> => {
      await pause(5_000);
      return { kind: 'failed', effect: 'in-doubt', error: { code: 'timeout', message: '', fingerprint: '' } };
    };
    const saga = async (operation: Operation): Promise<void> => {
      for (let releasedBy: string | null = null; ; releasedBy = 'bulkhead') {
        const reply = await policy(callOf(operation, releasedBy), timedOut);
        expect(bulkhead.snapshot().inFlight).toBeLessThanOrEqual(20);
        expect(bulkhead.snapshot().waiting).toBeLessThanOrEqual(20);
        if (reply.kind !== 'refused') return;
        comebacks.push(clock() + reply.wait);
        await pause(reply.wait);
      }
    };
    const zero = clock();
    const actions = Array.from({ length: 400 }, () => saga('action'));
    const compensations = Array.from({ length: 40 }, async () => {
      await pause(20_000);
      await saga('compensation');
      undone.push(clock() - zero);
    });
    // Twenty calls in 5 s would take 110 s.
    await jest.advanceTimersByTimeAsync(200_000);
    await Promise.all([...actions, ...compensations]);

    // The actions were there before them, and take minutes.
    expect(Math.max(...undone)).toBeLessThan(60_000);
    // Parking costs two journal entries each time.
    expect(comebacks.length).toBeLessThan(1_600);
    const later = comebacks.filter((at) => at > zero + 10_000);
    const crowds = later.map((at) => later.filter((other) => other >= at && other < at + 1_000).length);
    expect(Math.max(...crowds)).toBeLessThan(60);
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function callOf(operation: Operation, releasedBy: string | null): ParticipantCall {
  return { operation, releasedBy, attempt: 1 } as ParticipantCall;
}

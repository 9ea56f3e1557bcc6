import fc from 'fast-check';
import { parseParticipant } from '../../participants/participant-parser.js';
import type { BreakerOrder } from '../../store/breaker-orders.js';
import { breaker, endpoint, snapshot } from '../../../test/participants/snapshots.js';
import { mergedState } from './merged-state.js';
import { stateIn } from './participant-state.js';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();
const tell = (more: Parameters<typeof snapshot>[0], age = 0) => stateIn({ at: NOW - age, snapshot: snapshot(more) });
const participantOf = (document: object) => {
  const parsed = parseParticipant('payment', { endpoints: ['http://10.0.0.1:1'], ...document });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.participant;
};
const ORDER: BreakerOrder = { participant: 'payment', state: 'forced-closed', reason: 'drill', by: 'admin', at: NOW };

const STATES = ['closed', 'open', 'half-open', 'forced-open', 'forced-closed'] as const;
const told = fc.record({
  state: fc.constantFrom(...STATES),
  sinceMs: fc.nat(100_000),
  age: fc.nat(5_000),
  window: fc.record({ calls: fc.nat(99), failures: fc.nat(99), slow: fc.nat(99), ms: fc.nat(60_000) }),
});

describe('the board of participants', () => {
  it('shows one breaker for those of all processes, by what the most of them hold', () => {
    fc.assert(
      fc.property(fc.array(told, { minLength: 1, maxLength: 7 }), (all) => {
        const states = all.map(({ age, ...it }) => tell({ breaker: breaker(it) }, age));
        const { state, since, window } = mergedState(states, participantOf({}), undefined).breaker;
        const open = all.filter((it) => it.state === 'open' || it.state === 'forced-open');
        const probing = all.filter((it) => it.state === 'half-open');
        const closed = all.filter((it) => it.state === 'closed' || it.state === 'forced-closed');
        const expected = open.length / all.length >= 0.5 ? open : probing.length > 0 ? probing : closed;
        expect(state).toBe(expected === open ? 'open' : expected === probing ? 'half-open' : 'closed');
        expect(since).toBe(at(-Math.max(...expected.map(({ sinceMs, age }) => sinceMs + age))));
        for (const count of ['calls', 'failures', 'slow'] as const) {
          expect(window[count]).toBe(all.reduce((sum, it) => sum + it.window[count], 0));
        }
        expect(window.ms).toBe(Math.max(...all.map((it) => it.window.ms)));
        expect(mergedState(states, participantOf({}), ORDER).breaker).toEqual({
          ...{ state: 'forced-closed', since: at(0), window },
        });
      }),
    );
  });

  it('shows one that nobody has called as it is configured, with a closed breaker', () => {
    const endpoints = [
      { url: 'http://10.0.0.1:1', weight: 3 },
      { url: 'http://10.0.0.2:1', weight: 1 },
    ];
    const idle = participantOf({
      endpoints,
      rateLimit: { ratePerSecond: 50, capacity: 9 },
      bulkhead: { maxConcurrent: 8 },
      retry: { budget: { ratio: 0.1 } },
    });
    expect(mergedState([], idle, undefined)).toEqual({
      breaker: { state: 'closed', since: null, window: { calls: 0, failures: 0, slow: 0, ms: 0 } },
      rateLimit: { ratePerSecond: 50, capacity: 9, shared: true, stocked: 0, waitMs: 0 },
      shaping: null,
      bulkhead: { mode: 'fixed', limit: 8, inFlight: 0, waiting: 0 },
      retryBudget: { available: 0, ratio: 0.1, minPerSecond: 3 },
      degraded: false,
      inFlight: 0,
      endpoints: endpoints.map(({ url, weight }) => ({
        ...{ url, inFlight: 0, latencyMs: null, ejectedUntil: null, healthy: true, slowStart: false, panic: false },
        share: weight * 25,
      })),
    });
  });

  it('adds up what processes have in hand, and shows the worst of what each sees', () => {
    const pacing = { ratePerSecond: 50, capacity: 9, shared: true, stocked: 2, waitMs: 30 };
    const states = [
      tell({
        rateLimit: pacing,
        shaping: pacing,
        bulkhead: { mode: 'adaptive', limit: 10, inFlight: 4, waiting: 1 },
        retryBudget: { available: 3, ratio: 0.2, minPerSecond: 3 },
        degradation: { degraded: true, sinceMs: 5 },
        inFlight: 4,
      }),
      tell({
        rateLimit: { ...pacing, shared: false, waitMs: 700 },
        shaping: pacing,
        bulkhead: { mode: 'adaptive', limit: 6, inFlight: 6, waiting: 3 },
        retryBudget: { available: 4, ratio: 0.2, minPerSecond: 3 },
        inFlight: 6,
      }),
    ];
    const policies = {
      rateLimit: { ratePerSecond: 60, capacity: 9 },
      shaping: { maxRatePerSecond: 40 },
      bulkhead: { maxConcurrent: 10, mode: 'adaptive' },
      retry: { budget: { ratio: 0.3, minPerSecond: 5 } },
    };
    const merged = {
      rateLimit: { ratePerSecond: 60, capacity: 9, shared: false, stocked: 4, waitMs: 700 },
      shaping: { ratePerSecond: 40, shared: true, stocked: 4, waitMs: 30 },
      bulkhead: { mode: 'adaptive', limit: 16, inFlight: 10, waiting: 4 },
      retryBudget: { available: 7, ratio: 0.3, minPerSecond: 5 },
      degraded: true,
      inFlight: 10,
    };
    expect(mergedState(states, participantOf(policies), undefined)).toMatchObject(merged);
    // Stored by a newer release: what processes say has to do.
    expect(mergedState(states, undefined, undefined)).toMatchObject({
      ...merged,
      rateLimit: { ...merged.rateLimit, ratePerSecond: 50 },
      shaping: { ...merged.shaping, ratePerSecond: 50 },
      retryBudget: { available: 7, ratio: 0.2, minPerSecond: 3 },
    });
    // Switched off a moment ago: not every process has heard of it.
    const off = { rateLimit: null, shaping: null, bulkhead: null, retryBudget: null };
    expect(mergedState(states, participantOf({}), undefined)).toMatchObject(off);
  });

  it('shows each endpoint once, in the order of the policy, and those that still have calls after them', () => {
    const [a, b, gone] = ['http://10.0.0.1:1', 'http://10.0.0.2:1', 'http://10.0.0.9:1'] as const;
    const states = [
      tell({ endpoints: [endpoint(gone, { inFlight: 1 }), endpoint(b, { inFlight: 2, latencyMs: 10, share: 40 })] }),
      tell(
        {
          endpoints: [
            endpoint(a, { latencyMs: 5, healthy: false }),
            endpoint(b, { inFlight: 3, latencyMs: 30, share: 20, ejectedUntilMs: 9_000, slowStart: true, panic: true }),
          ],
        },
        1_000,
      ),
      tell({ endpoints: [endpoint(b, { share: 30, ejectedUntilMs: 2_000 })] }),
    ];
    const { endpoints } = mergedState(states, participantOf({ endpoints: [a, b] }), undefined);
    expect(endpoints).toEqual([
      {
        ...{ url: a, inFlight: 0, latencyMs: 5, ejectedUntil: null, healthy: false, share: 100 },
        ...{ slowStart: false, panic: false },
      },
      {
        ...{ url: b, inFlight: 5, latencyMs: 20, ejectedUntil: at(8_000), healthy: true, share: 30 },
        ...{ slowStart: true, panic: true },
      },
      {
        ...{ url: gone, inFlight: 1, latencyMs: null, ejectedUntil: null, healthy: true, share: 100 },
        ...{ slowStart: false, panic: false },
      },
    ]);
  });
});

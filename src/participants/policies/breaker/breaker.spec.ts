import fc from 'fast-check';
import type { CircuitBreaker } from '../../participant.js';
import { Breaker } from './breaker.js';
import type { Outcome } from '../outcome.js';

const percent = fc.option(fc.integer({ min: 1, max: 100 }));

const anyRules: fc.Arbitrary<CircuitBreaker> = fc.record({
  consecutiveFailures: fc.option(fc.integer({ min: 1, max: 6 })),
  failureThreshold: percent,
  slowCallThreshold: percent,
  slowCallDuration: fc.integer({ min: 50, max: 400 }),
  window: fc.integer({ min: 1_000, max: 20_000 }),
  minimumCalls: fc.integer({ min: 1, max: 10 }),
  resetTimeout: fc.integer({ min: 100, max: 4_000 }),
  maxResetTimeout: fc.integer({ min: 4_000, max: 20_000 }),
  halfOpenCalls: fc.integer({ min: 1, max: 5 }),
});

type Move =
  | { readonly do: 'call' }
  | { readonly do: 'end'; readonly which: number; readonly outcome: Outcome }
  | { readonly do: 'probe'; readonly answer: 'granted' | 'denied' }
  | { readonly do: 'pause'; readonly ms: number }
  | { readonly do: 'sit-out' };

const calling = fc.constant<Move>({ do: 'call' });
const ending = fc.record({
  do: fc.constant('end' as const),
  which: fc.nat(5),
  outcome: fc.constantFrom<Outcome>('success', 'success', 'failure', 'failure', 'unsent'),
});
const probing = fc.record({
  do: fc.constant('probe' as const),
  answer: fc.constantFrom('granted', 'granted', 'denied'),
});
const pausing = fc.record({
  do: fc.constant('pause' as const),
  ms: fc.oneof(fc.nat(20), fc.nat(300), fc.integer({ min: 1_000, max: 6_000 }), fc.nat(20_000)),
});
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: calling },
  { weight: 4, arbitrary: ending },
  { weight: 2, arbitrary: probing },
  { weight: 3, arbitrary: pausing },
  { weight: 1, arbitrary: fc.constant<Move>({ do: 'sit-out' }) },
);

interface Ended {
  readonly from: number;
  readonly to: number;
  readonly isFailure: boolean;
  readonly isSlow: boolean;
}

const LEASE = 3_000;

/** The automaton from the book of all calls, read anew for every question. */
class Reference {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  book: Ended[] = [];
  from = -Infinity;
  halfOpensAt = 0;
  openings = 0;
  closedAt = -Infinity;
  openedAt = 0;
  leaseFrom = 0;
  probes: Ended[] = [];
  flying = 0;
  deniedUntil = -Infinity;

  constructor(private readonly rules: CircuitBreaker) {}

  tick(now: number): void {
    if (this.state === 'half-open' && now >= this.leaseFrom + LEASE) this.state = 'open';
  }

  lets(): boolean {
    const hasPlace = this.flying + this.probes.length < this.rules.halfOpenCalls;
    return this.state === 'closed' || (this.state === 'half-open' && hasPlace);
  }

  wantsProbe(now: number): boolean {
    return this.state === 'open' && now >= this.halfOpensAt && now >= this.deniedUntil;
  }

  grant(now: number): void {
    this.state = 'half-open';
    this.leaseFrom = now;
    this.flying = 0;
  }

  end(call: Ended, outcome: Outcome): void {
    if (this.state === 'half-open' && call.from >= this.leaseFrom) {
      this.flying -= 1;
      if (outcome !== 'unsent') this.probes.push(call);
      this.judge(call.to);
    } else if (this.state === 'closed' && call.from >= this.from && outcome !== 'unsent') {
      this.book.push(call);
      if (this.isTripped(call.to)) {
        this.openings = call.to < this.closedAt + Math.max(this.rules.resetTimeout, 10_000) ? this.openings + 1 : 0;
        this.open(call.to);
      }
    }
  }

  isTripped(now: number): boolean {
    const { window, consecutiveFailures, minimumCalls, failureThreshold, slowCallThreshold } = this.rules;
    const bucket = (at: number): number => Math.floor((at * 12) / window);
    const seen = this.book.filter(({ to }) => bucket(now) - bucket(to) < 12);
    const share = (kind: 'isFailure' | 'isSlow'): number => seen.filter((call) => call[kind]).length / seen.length;
    const lastGood = this.book.findLastIndex(({ isFailure }) => !isFailure);
    if (consecutiveFailures !== null && this.book.length - 1 - lastGood >= consecutiveFailures) return true;
    if (seen.length < minimumCalls) return false;
    if (failureThreshold !== null && share('isFailure') >= failureThreshold / 100) return true;
    return slowCallThreshold !== null && share('isSlow') >= slowCallThreshold / 100;
  }

  judge(now: number): void {
    const { halfOpenCalls, failureThreshold, slowCallThreshold, consecutiveFailures } = this.rules;
    const share = (kind: 'isFailure' | 'isSlow'): number =>
      this.probes.filter((call) => call[kind]).length / halfOpenCalls;
    const failed =
      failureThreshold !== null
        ? share('isFailure') >= failureThreshold / 100
        : consecutiveFailures !== null && share('isFailure') > 0;
    const slow = slowCallThreshold !== null && share('isSlow') >= slowCallThreshold / 100;
    if (failed || slow) {
      this.openings += 1;
      this.open(now);
    } else if (this.probes.length === halfOpenCalls) {
      this.state = 'closed';
      this.book = [];
      this.from = now;
      this.closedAt = now;
    }
  }

  open(now: number): void {
    const { resetTimeout, maxResetTimeout } = this.rules;
    this.state = 'open';
    this.openedAt = now;
    this.halfOpensAt = now + Math.min(resetTimeout * 2 ** this.openings, maxResetTimeout);
    this.deniedUntil = -Infinity;
    this.probes = [];
  }
}

describe('the breaker', () => {
  it('opens, half-opens and closes as a book of all calls says', () => {
    let opened = 0;
    let closed = 0;
    fc.assert(
      fc.property(anyRules, fc.array(anyMove, { minLength: 40, maxLength: 90, size: 'max' }), (rules, moves) => {
        let now = 1_000;
        const breaker = new Breaker(rules, now);
        const reference = new Reference(rules);
        const flying: number[] = [];
        const call = (): void => {
          const lets = reference.lets();
          const wait = breaker.admit('action', now);
          expect(wait === null).toBe(lets);
          if (wait !== null) return void expect(wait).toBeGreaterThan(0);
          flying.push(now);
          if (reference.state === 'half-open') reference.flying += 1;
        };
        for (const move of moves) {
          reference.tick(now);
          const before = reference.state;
          switch (move.do) {
            case 'pause':
              now += move.ms;
              reference.tick(now);
              break;
            case 'sit-out':
              if (reference.state === 'open') now = Math.max(now, reference.halfOpensAt);
              break;
            case 'call':
              call();
              break;
            case 'end': {
              const [from] = flying.splice(move.which % Math.max(1, flying.length), 1);
              if (from === undefined) break;
              const [isFailure, isSlow] = [move.outcome === 'failure', now - from >= rules.slowCallDuration];
              breaker.ended(move.outcome, now - from, now);
              reference.end({ from, to: now, isFailure, isSlow }, move.outcome);
              break;
            }
            case 'probe': {
              if (reference.state === 'open') expect(breaker.hold('action', null, now)).toBeGreaterThan(0);
              expect(breaker.wantsProbe(now)).toBe(reference.wantsProbe(now));
              if (!reference.wantsProbe(now)) break;
              breaker.probeAsked(now);
              expect(breaker.wantsProbe(now)).toBe(false);
              if (move.answer === 'denied') {
                breaker.probeDenied(now, 500);
                reference.deniedUntil = now + 500;
              } else {
                breaker.probeGranted(now, LEASE);
                reference.grant(now);
                reference.judge(now);
              }
            }
          }
          const report = breaker.report(now);
          expect(report.state).toBe(reference.state);
          if (reference.state === 'open') expect(report.halfOpensMs).toBe(Math.max(0, reference.halfOpensAt - now));
          if (reference.state !== 'closed') expect(report.openedMs).toBe(now - reference.openedAt);
          if (before === 'closed' && reference.state === 'open') opened += 1;
          if (before === 'half-open' && reference.state === 'closed') closed += 1;
        }
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect(opened).toBeGreaterThan(60);
    expect(closed).toBeGreaterThan(8);
  });
});

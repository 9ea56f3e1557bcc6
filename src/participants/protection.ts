import { chain, type Policy, type Send } from './chain.js';
import type { CircuitBreaker, Participant } from './participant.js';
import type { ParticipantSnapshot } from './participant-snapshot.js';
import { Breaker, type BreakerMode } from './policies/breaker/breaker.js';
import { breakerLook, breakerPermit } from './policies/breaker/breaker-policy.js';
import type { BreakerReport } from './policies/breaker/breaker-report.js';
import { Bulkhead } from './policies/bulkhead/bulkhead.js';
import { bulkheadPolicy } from './policies/bulkhead/bulkhead-policy.js';
import { Degrading } from './policies/degradation/degradation.js';
import { degradationWatch } from './policies/degradation/degradation-watch.js';
import { Limiter } from './policies/limits/limiter.js';
import { paceOfRateLimit, paceOfShaping } from './policies/limits/pace.js';
import { rateLimitPolicy } from './policies/limits/rate-limit.js';
import { RetryBudget } from './policies/retry-budget/retry-budget.js';
import { retryBudgetPolicy } from './policies/retry-budget/retry-budget-policy.js';
import { shapingPolicy } from './policies/limits/shaping.js';
import type { Surroundings } from './surroundings.js';
import type { TimerWheel } from './timer-wheel.js';

/** What an operator's order works on where no breaker is configured: it opens for nothing else. */
const ONLY_BY_ORDER: CircuitBreaker = {
  consecutiveFailures: null,
  failureThreshold: null,
  slowCallThreshold: null,
  slowCallDuration: Infinity,
  window: 30_000,
  minimumCalls: Infinity,
  resetTimeout: 5_000,
  maxResetTimeout: 60_000,
  halfOpenCalls: 1,
};

/** How much longer than a call the right to probe lasts, in ms. */
const PROBE_MARGIN = 1_000;

/**
 * All policies around the calls of one participant in this process. What they have learnt outlives a change of the
 * rules. The order is that of the chain in docs/explanation/protecting-participants.md.
 */
export class Protection {
  private readonly shaping: Limiter;
  private readonly rateLimit: Limiter;
  private breaker: Breaker | null = null;
  private retryBudget: RetryBudget | null = null;
  private bulkhead: Bulkhead | null = null;
  private degrading: Degrading | null = null;
  private order: BreakerMode = 'auto';
  private through: Send;
  private usedAt: number;

  constructor(
    private participant: Participant,
    private readonly exchange: Send,
    private readonly around: Surroundings,
    private readonly wheel: TimerWheel,
  ) {
    const { draw, now, processes } = around;
    this.shaping = new Limiter({ draw, now, processes, key: `${participant.name}:shaping` });
    this.rateLimit = new Limiter({ draw, now, processes, key: `${participant.name}:rate-limit` });
    this.through = exchange;
    this.usedAt = now();
    this.adopt(participant);
  }

  /** Sends a call through the policies that are in force for its participant. */
  send: Send = (call) => {
    if (call.participant !== this.participant) this.adopt(call.participant);
    this.usedAt = this.around.now();
    return this.through(call);
  };

  /** Whether a call that something may stand in for should be left out now. Now and then one is not, to see how it goes. */
  isDegraded(participant: Participant): boolean {
    if (participant !== this.participant) this.adopt(participant);
    const now = this.around.now();
    // With the right to probe in reach a call goes on, to ask for it.
    if (this.breaker?.isOpen(now)) return !this.breaker.wantsProbe(now);
    return this.degrading !== null && this.degrading.isDegraded(now) && !this.degrading.letsProbeThrough(now);
  }

  /** An operator's order about the breaker, or its end. */
  force(order: BreakerMode): void {
    if (order === this.order) return;
    this.order = order;
    if (!this.breaker) this.adopt(this.participant);
    this.breaker?.force(order, this.around.now());
  }

  /** What the other live processes say of their breakers. */
  heed(reports: readonly BreakerReport[]): void {
    this.breaker?.heed(reports, this.around.now());
  }

  /** Whether it has been called in the last `span` ms, or holds something that operators have to see. */
  isInUse(span: number): boolean {
    return this.order !== 'auto' || this.around.now() - this.usedAt <= span;
  }

  snapshot(endpoints: ParticipantSnapshot['endpoints']): ParticipantSnapshot {
    const now = this.around.now();
    return {
      ...present('breaker', this.breaker?.report(now)),
      ...present('rateLimit', this.rateLimit.snapshot(now)),
      ...present('shaping', this.shaping.snapshot(now)),
      ...present('bulkhead', this.bulkhead?.snapshot()),
      ...present('retryBudget', this.retryBudget?.snapshot(now)),
      ...present('degradation', this.degrading?.snapshot(now)),
      inFlight: endpoints.reduce((sum, { inFlight }) => sum + inFlight, 0),
      endpoints,
    };
  }

  private adopt(participant: Participant): void {
    const now = this.around.now();
    const { circuitBreaker, rateLimit, shaping, retryBudget, bulkhead, degradation } = participant;
    this.participant = participant;
    this.shaping.adopt(shaping && paceOfShaping(shaping));
    this.rateLimit.adopt(rateLimit && paceOfRateLimit(rateLimit));
    const breakerRules = circuitBreaker ?? (this.breaker || this.order !== 'auto' ? ONLY_BY_ORDER : null);
    this.breaker = adopted(this.breaker, breakerRules, now, (rules) => new Breaker(rules, now));
    this.retryBudget = adopted(this.retryBudget, retryBudget, now, (rules) => {
      return new RetryBudget(rules, this.around.processes, now);
    });
    this.bulkhead = adopted(this.bulkhead, bulkhead, now, (rules) => new Bulkhead(rules, now));
    this.degrading = adopted(this.degrading, degradation, now, (rules) => new Degrading(rules, now));
    this.through = chain(this.policies(), this.exchange);
  }

  private policies(): Policy[] {
    const { breaker, shaping, rateLimit, retryBudget, bulkhead, degrading } = this;
    const { now } = this.around;
    return [
      ...(breaker ? [breakerLook(breaker, now, () => void this.askToProbe(breaker))] : []),
      ...(shaping.isOff ? [] : [shapingPolicy(shaping)]),
      ...(rateLimit.isOff ? [] : [rateLimitPolicy(rateLimit)]),
      ...(retryBudget ? [retryBudgetPolicy(retryBudget, now)] : []),
      ...(bulkhead ? [bulkheadPolicy(bulkhead, now, this.wheel)] : []),
      ...(breaker ? [breakerPermit(breaker, now)] : []),
      ...(degrading ? [degradationWatch(degrading, now)] : []),
    ];
  }

  /** While nobody can be asked, everybody may: a few probes too many do less harm than a breaker that stays open. */
  private async askToProbe(breaker: Breaker): Promise<void> {
    const { name, timeout } = this.participant;
    const { now, takeProbe } = this.around;
    const ttl = timeout.total + PROBE_MARGIN;
    breaker.probeAsked(now());
    const isGranted = await takeProbe(name, ttl).catch(() => true);
    if (isGranted) breaker.probeGranted(now(), ttl);
    else breaker.probeDenied(now(), Math.min(ttl, 1_000));
  }
}

/** The part that is there under its new rules, or a new one, or none. */
function adopted<T extends { adopt(rules: R, now: number): void }, R>(
  part: T | null,
  rules: R | null,
  now: number,
  make: (rules: R) => T,
): T | null {
  if (rules === null) return null;
  if (!part) return make(rules);
  part.adopt(rules, now);
  return part;
}

function present<K extends string, T>(key: K, value: T | null | undefined): { [P in K]?: T } {
  return (value == null ? {} : { [key]: value }) as { [P in K]?: T };
}

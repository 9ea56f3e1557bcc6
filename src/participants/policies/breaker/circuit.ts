import type { Operation } from '../../../saga/definition.js';
import type { CircuitBreaker } from '../../participant.js';
import type { Outcome } from '../outcome.js';
import { clearedBy, isQuorum } from './breaker-quorum.js';
import { BreakerRamp } from './breaker-ramp.js';
import type { BreakerCause, BreakerReport } from './breaker-report.js';
import { CallEvidence } from './call-evidence.js';
import { HeldCalls } from './held-calls.js';
import { ProbeRound } from './probe-round.js';

/** The ramp takes as long as the participant was left alone, but not less than this. In ms. */
const SHORTEST_RAMP = 10_000;

/** Calls per second that are taken for usual where fewer were seen. */
const LEAST_REFERENCE = 10;

/** With compensations waiting, actions may probe only after this. In ms. */
const COMPENSATIONS_FIRST = 300;

/** A call that was held this recently is at hand to probe with. In ms. */
const AT_HAND = 1_000;

/**
 * The automaton of a {@link Breaker} that no operator's order overrides: closed, open, half-open and closed again on a
 * ramp. `at` is steady time in ms; {@link lapse} comes before anything else.
 */
export class Circuit {
  private readonly evidence: CallEvidence;
  private state: 'closed' | 'open' | 'half-open' = 'closed';
  private since: number;
  private why: BreakerCause = 'start';
  /** Openings in a row without a time of health between them. */
  private relapses = 0;
  /** When this process or a peer last found the participant well by probing. */
  private clearedAt = -Infinity;
  private closedByProbeAt = -Infinity;
  private openedAt = -Infinity;
  /** Since it closed on a peer's word it has not failed at once. */
  private trustsPeers = true;
  private ramp: BreakerRamp | null = null;
  private held: HeldCalls;
  private round = new ProbeRound();

  constructor(
    private rules: CircuitBreaker,
    at: number,
  ) {
    this.evidence = new CallEvidence(rules.window, at);
    this.since = at;
    this.held = new HeldCalls(at, this.rampFrom(at));
  }

  /** A lease that is over by now has run out. */
  lapse(at: number): void {
    if (this.state === 'half-open' && !this.round.hasLease(at)) this.enter('open', this.why, at);
  }

  adopt(rules: CircuitBreaker, at: number): void {
    this.rules = rules;
    this.evidence.resize(rules.window, at);
    this.judgeProbes(at);
  }

  /** @param isPaced it was told to come now, here or in another process */
  hold(operation: Operation, isPaced: boolean, at: number): number | null {
    if (this.state !== 'closed') return this.waitForProbe(operation, at);
    if (this.ramp === null) return null;
    if (this.ramp.isOver(at)) {
      this.ramp = null;
      return null;
    }
    return this.ramp.take(operation, isPaced, at);
  }

  isOpen(at: number): boolean {
    if (this.state === 'open') this.held.latest = at;
    return this.state === 'open';
  }

  admit(operation: Operation, at: number): number | null {
    if (this.state === 'closed') return null;
    const wait = this.waitForProbe(operation, at);
    if (wait === null) this.round.begin();
    return wait;
  }

  ended(outcome: Outcome, duration: number, at: number): void {
    if (this.state === 'closed') {
      this.count(outcome, duration, at);
      if (outcome !== 'unsent') this.judgeCalls(at);
    } else if (this.state === 'half-open' && this.round.isOfLease(duration, at)) {
      this.round.end(outcome, this.isSlow(duration));
      this.judgeProbes(at);
    }
  }

  /** Takes note of how a call ended, and draws no conclusion. */
  count(outcome: Outcome, duration: number, at: number): void {
    if (outcome !== 'unsent') this.evidence.add(outcome === 'failure', this.isSlow(duration), duration, at);
  }

  wantsProbe(at: number): boolean {
    const isDue = this.state === 'open' && at >= this.halfOpensAt;
    return isDue && at - this.held.latest <= AT_HAND && this.round.mayAsk(at);
  }

  probeAsked(at: number): void {
    this.round.asked(at);
  }

  probeGranted(at: number, ttl: number): void {
    if (this.state !== 'open' || at < this.halfOpensAt) return;
    this.round.granted(at, ttl);
    this.held.probing(at);
    this.enter('half-open', this.why, at);
    this.judgeProbes(at);
  }

  probeDenied(at: number, wait: number): void {
    this.round.denied(at, wait);
  }

  heed(peers: readonly BreakerReport[], at: number): void {
    if (this.state === 'closed') {
      // Nothing was seen here that could count as a relapse: its own probes may soon show that it has no need to follow.
      if (isQuorum(peers, at - this.clearedAt)) this.open('quorum', 0, at);
      return;
    }
    const clearedMs = clearedBy(peers, at - this.openedAt);
    if (clearedMs === null || !this.trustsPeers) return;
    this.clearedAt = at - clearedMs;
    this.close('peer', at);
  }

  /**
   * An operator's order takes its place: what it was is over, and what comes is only counted.
   * @returns calls per second that are usual
   */
  suspend(at: number): number {
    const ramp = this.rampFrom(at);
    this.held = new HeldCalls(at, ramp);
    this.ramp = null;
    this.enter('closed', 'operator', at);
    return ramp.reference;
  }

  /**
   * The order has ended.
   * @param onRamp calls were held back by it
   */
  resume(onRamp: boolean, at: number): void {
    this.trustsPeers = true;
    if (onRamp) {
      this.close('operator', at);
    } else {
      this.enter('closed', 'operator', at);
      this.judgeCalls(at);
    }
  }

  report(at: number): BreakerReport {
    const { calls, failures, slow } = this.evidence.counts(at);
    return {
      state: this.state,
      sinceMs: at - this.since,
      why: this.why,
      window: { calls, failures, slow, ms: this.evidence.length },
      openedMs: this.state === 'closed' ? null : at - this.openedAt,
      halfOpensMs: this.state === 'open' ? Math.max(0, this.halfOpensAt - at) : null,
      closedByProbeMs: this.closedByProbeAt === -Infinity ? null : at - this.closedByProbeAt,
    };
  }

  private get halfOpensAt(): number {
    const { resetTimeout, maxResetTimeout } = this.rules;
    return this.openedAt + Math.min(resetTimeout * 2 ** this.relapses, maxResetTimeout);
  }

  private isSlow(duration: number): boolean {
    return duration >= this.rules.slowCallDuration;
  }

  /** `null`: there is a probe's place for it. */
  private waitForProbe(operation: Operation, at: number): number | null {
    const few = this.rules.halfOpenCalls;
    if (this.state === 'open') return this.held.untilProbe(operation, few, this.round.askAgainAt, at);
    if (!this.round.isFree(few)) return this.held.untilRamp(operation, at);
    const turn = this.round.grantedAt + COMPENSATIONS_FIRST;
    if (operation === 'compensation' || !this.held.hasCompensation || at >= turn) return null;
    return this.held.untilProbe(operation, few, turn, at);
  }

  private judgeCalls(at: number): void {
    if (!this.evidence.isEnough(this.rules, at)) return;
    const relapses = this.relapsesAt(at);
    // What was well for a peer was not for this one: from now on it believes its own probes.
    if (this.why === 'peer' && relapses > 0) this.trustsPeers = false;
    this.open('calls', relapses, at);
  }

  private judgeProbes(at: number): void {
    if (this.state !== 'half-open') return;
    const verdict = this.round.verdict(this.rules);
    if (verdict === null) return;
    if (verdict === 'ill') {
      this.open('probe', this.relapses + 1, at);
    } else {
      this.clearedAt = at;
      this.closedByProbeAt = at;
      this.trustsPeers = true;
      this.close('probe', at);
    }
  }

  private open(why: BreakerCause, relapses: number, at: number): void {
    const ramp = this.rampFrom(at);
    this.openedAt = at;
    this.relapses = relapses;
    this.held = new HeldCalls(this.halfOpensAt, ramp);
    this.ramp = null;
    this.round = new ProbeRound();
    this.enter('open', why, at);
  }

  private close(why: BreakerCause, at: number): void {
    this.ramp = this.held.ramp.startingAt(at);
    this.evidence.startOver(at);
    this.enter('closed', why, at);
  }

  private enter(state: Circuit['state'], why: BreakerCause, at: number): void {
    this.state = state;
    this.why = why;
    this.since = at;
  }

  /** To open before the way back was over is a relapse. */
  private relapsesAt(at: number): number {
    return this.ramp?.isOver(at) === false ? this.relapses + 1 : 0;
  }

  /** The way back that is under way or planned, or a new one at the pace of the calls that were seen. */
  private rampFrom(at: number): BreakerRamp {
    if (this.state !== 'closed') return this.held.ramp;
    if (this.ramp?.isOver(at) === false) return this.ramp;
    const reference = Math.max(LEAST_REFERENCE, this.evidence.rate(at));
    return new BreakerRamp(at, Math.max(this.rules.resetTimeout, SHORTEST_RAMP), reference);
  }
}

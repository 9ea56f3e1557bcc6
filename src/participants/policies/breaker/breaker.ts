import type { Operation } from '../../../saga/definition.js';
import type { CircuitBreaker } from '../../participant.js';
import type { Outcome } from '../outcome.js';
import type { BreakerReport } from './breaker-report.js';
import { FlatCadence } from './cadence.js';
import { Circuit } from './circuit.js';
import { SlotSchedule } from './slot-schedule.js';
import { SteadyTime } from './steady-time.js';

/** Before a call that an operator's order holds back asks again. In ms. */
const ORDERED_WAIT = 5_000;

export type BreakerMode = 'auto' | 'forced-open' | 'forced-closed';

/**
 * The circuit breaker of one participant in one process: Nygard's pattern ("Release It!", 2007), with a window of calls,
 * a lease so that one process probes, and a way back for thousands of parked sagas. `now` is in ms and monotonic as far
 * as possible; a clock that is set does no harm.
 *
 * A call asks {@link hold} first, {@link admit} right before it is sent, and tells {@link ended} once it was admitted.
 */
export class Breaker {
  private readonly clock: SteadyTime;
  private readonly circuit: Circuit;
  private mode: BreakerMode = 'auto';
  /** When those ask again whom an order holds back; `null` while none does. */
  private ordered: SlotSchedule | null = null;

  constructor(rules: CircuitBreaker, now: number) {
    this.clock = new SteadyTime(now);
    this.circuit = new Circuit(rules, now);
  }

  /** New rules, in force at once; what was seen and where it stands remain. */
  adopt(rules: CircuitBreaker, now: number): void {
    this.circuit.adopt(rules, this.timeAt(now));
  }

  /**
   * Asked before any other policy sets something aside. Ms to wait, or `null`: may go on. A wait is a slot of its own on
   * the way back; on the ramp, `null` uses one up.
   * @param releasedBy the policy whose wait is over, see {@link ParticipantCall.releasedBy}. Those further in hold back only
   *   what has passed here, and what they have reserved would be lost if it had to wait for another slot here.
   */
  hold(operation: Operation, releasedBy: string | null, now: number): number | null {
    const at = this.timeAt(now);
    return this.mode === 'auto' ? this.circuit.hold(operation, releasedBy !== null, at) : this.orderedWait(at);
  }

  /**
   * Whether it holds all calls back: for one that does not come again, since something stands in for its answer. Books no
   * place for it on the way back.
   */
  isOpen(now: number): boolean {
    const at = this.timeAt(now);
    return this.mode === 'auto' ? this.circuit.isOpen(at) : this.ordered !== null;
  }

  /**
   * Asked right before the call is sent. Ms to wait, or `null`: it may be sent, and {@link ended} must be told. In
   * half-open it takes a probe's place.
   */
  admit(operation: Operation, now: number): number | null {
    const at = this.timeAt(now);
    return this.mode === 'auto' ? this.circuit.admit(operation, at) : this.orderedWait(at);
  }

  /**
   * How an admitted call ended.
   * @param duration ms since it was admitted
   */
  ended(outcome: Outcome, duration: number, now: number): void {
    const at = this.timeAt(now);
    if (this.mode === 'auto') this.circuit.ended(outcome, duration, at);
    else this.circuit.count(outcome, duration, at);
  }

  /**
   * Open, its time is over, a call is at hand, and no process is known to probe: this one should ask for the right to, a
   * lease that all processes share, and tell {@link probeAsked} and what came of it.
   */
  wantsProbe(now: number): boolean {
    const at = this.timeAt(now);
    return this.mode === 'auto' && this.circuit.wantsProbe(at);
  }

  /** The lease is being asked for. Without an answer within a second it is asked for again. */
  probeAsked(now: number): void {
    this.circuit.probeAsked(this.timeAt(now));
  }

  /** Half-opens. @param ttl ms that the lease lasts: longer than a call may take */
  probeGranted(now: number, ttl: number): void {
    const at = this.timeAt(now);
    if (this.mode === 'auto') this.circuit.probeGranted(at, ttl);
  }

  /** Another process probes. @param wait ms before this one asks again */
  probeDenied(now: number, wait: number): void {
    this.circuit.probeDenied(this.timeAt(now), wait);
  }

  /** An operator's order, or its end. After `forced-open` a ramp follows. */
  force(mode: BreakerMode, now: number): void {
    const at = this.timeAt(now);
    if (mode === this.mode) return;
    this.mode = mode;
    if (mode === 'auto') {
      this.circuit.resume(this.ordered !== null, at);
      this.ordered = null;
      return;
    }
    const reference = this.circuit.suspend(at);
    this.ordered = mode === 'forced-open' ? new SlotSchedule(new FlatCadence(at, reference)) : null;
  }

  /**
   * What the other live processes report of their breakers for the same participant, about once a second. Opens when they
   * are a quorum, see {@link isQuorum}; closes when one of them has closed by probing since this one opened.
   */
  heed(peers: readonly BreakerReport[], now: number): void {
    const at = this.timeAt(now);
    if (this.mode === 'auto') this.circuit.heed(peers, at);
  }

  report(now: number): BreakerReport {
    const report = this.circuit.report(this.timeAt(now));
    return this.mode === 'auto' ? report : { ...report, state: this.mode };
  }

  /** Steady time, the circuit brought up to it. */
  private timeAt(now: number): number {
    const at = this.clock.at(now);
    this.circuit.lapse(at);
    return at;
  }

  /** `null`: the order is to let it through. */
  private orderedWait(at: number): number | null {
    return this.ordered && ORDERED_WAIT + this.ordered.book(at);
  }
}

import type { Degradation, DegradationCondition } from '../../participant.js';
import type { DegradationSnapshot } from '../../participant-snapshot.js';
import { isClear, isMet } from './degradation-conditions.js';
import { SlidingWindow } from '../sliding-window.js';

/** Over which calls are judged, in ms. */
const WINDOW = 30_000;
/** So many calls in the window say something; fewer are chance. */
const ENOUGH_CALLS = 10;
/** For how long all conditions must be clear before a participant counts as well again, in ms. */
const CLEAR_TIME = 5_000;
/** While a participant is degraded, one call in so many is sent all the same … */
const PROBE_ONE_IN = 10;
/** … and one each so many ms, where there is one. */
const PROBE_INTERVAL = 1_000;

const NONE: readonly DegradationCondition[] = [];

/**
 * Whether a participant is degraded: from the moment when one of its conditions is met, until all of them have kept
 * clear of their thresholds for a while, as the calls tell that are sent in spite of it. Two thresholds and a time between
 * them keep a participant that is just at its limit from flapping.
 */
export class Degrading {
  private conditions: readonly DegradationCondition[];
  private readonly window: SlidingWindow;
  private degraded = false;
  /** Since when it is as it is. */
  private since: number;
  /** Since when it is clear; `null`: it is not. */
  private clearSince: number | null = null;
  private lastProbe = 0;
  private heldBack = 0;

  /** @param rules `null`, or without conditions: never degraded by what is measured */
  constructor(rules: Degradation | null, now: number) {
    this.conditions = rules?.conditions ?? NONE;
    this.window = new SlidingWindow(WINDOW, now);
    this.since = now;
  }

  /** Takes new rules. What was measured stays; degraded is left by the new rules' margin. */
  adopt(rules: Degradation | null, now: number): void {
    this.conditions = rules?.conditions ?? NONE;
    if (this.conditions.length > 0) return;
    if (this.degraded) this.turn(false, now);
    this.window.clear();
  }

  /** How a call ended, after `duration` ms. One that was not sent says nothing. */
  ended(outcome: 'success' | 'failure' | 'unsent', duration: number, now: number): void {
    if (this.conditions.length === 0 || outcome === 'unsent') return;
    this.window.add(outcome === 'failure', false, duration, now);
    if (this.degraded) this.leaveIfClear(now);
    else this.enterIfMet(now);
  }

  /** Whether answers should be stood in for, but for those of probes. */
  isDegraded(now: number): boolean {
    if (this.degraded) this.leaveIfClear(now);
    return this.degraded;
  }

  /** Asked once for each call that could be stood in for: whether it is to be sent all the same. */
  letsProbeThrough(now: number): boolean {
    if (!this.isDegraded(now)) return true;
    this.heldBack += 1;
    if (this.heldBack < PROBE_ONE_IN && now - this.lastProbe < PROBE_INTERVAL) return false;
    this.heldBack = 0;
    this.lastProbe = now;
    return true;
  }

  snapshot(now: number): DegradationSnapshot {
    return { degraded: this.isDegraded(now), sinceMs: Math.max(0, now - this.since) };
  }

  private enterIfMet(now: number): void {
    const counts = this.window.counts(now);
    if (counts.calls < ENOUGH_CALLS) return;
    for (const condition of this.conditions) if (isMet(condition, counts)) return this.turn(true, now);
  }

  private leaveIfClear(now: number): void {
    if (!this.isClear(now)) {
      this.clearSince = null;
      return;
    }
    this.clearSince ??= now;
    if (now - this.clearSince >= CLEAR_TIME) this.turn(false, now);
  }

  private isClear(now: number): boolean {
    const counts = this.window.counts(now);
    // Where there is little to do, ten calls may never come together: what a whole window holds has to do.
    if (counts.calls < (now - this.since >= WINDOW ? 1 : ENOUGH_CALLS)) return false;
    for (const condition of this.conditions) if (!isClear(condition, counts)) return false;
    return true;
  }

  /** What was seen before the turn has been judged: what comes after is judged by itself. */
  private turn(degraded: boolean, now: number): void {
    this.degraded = degraded;
    this.since = now;
    this.clearSince = null;
    this.lastProbe = now;
    this.heldBack = 0;
    this.window.clear();
  }
}

import type { Endpoint } from '../participant.js';
import { Ejection, type OutlierRules } from './ejection.js';
import { Health } from './health.js';
import { Latency } from './latency.js';
import { rampAt } from './slow-start.js';

/** One endpoint of a participant, and what this process knows of it. */
export class Member {
  readonly latency = new Latency();
  readonly ejection = new Ejection();
  readonly health = new Health();
  inFlight = 0;
  /** What round robin owes it. */
  credit = 0;
  /** The weight it was given; 0 drains it. */
  weight: number;
  /** When it was dropped from the policy; `null` while it is in it. */
  leftAt: number | null = null;

  /** @param joinedAt in ms; `-Infinity` for one that needs no slow start */
  constructor(
    public endpoint: Endpoint,
    private joinedAt: number,
  ) {
    this.weight = endpoint.weight;
  }

  /** Takes the place that the policy gives it. One that was away or drained joins. */
  adopt(endpoint: Endpoint, weight: number, now: number): void {
    if (this.leftAt !== null || (this.weight === 0 && weight > 0)) this.join(now);
    this.endpoint = endpoint;
    this.weight = weight;
    this.leftAt = null;
  }

  /** Begins its slow start. */
  join(now: number): void {
    this.joinedAt = now;
    this.latency.forget(now);
  }

  eject(rules: OutlierRules, now: number): void {
    this.ejection.begin(rules, now);
    this.latency.forget(this.ejection.until);
  }

  isOut(now: number): boolean {
    return this.ejection.isOn(now) || !this.health.isGood;
  }

  /** The share of its weight that it gets while it is in. */
  rampAt(now: number): number {
    return rampAt(Math.max(this.joinedAt, this.ejection.until), now);
  }
}

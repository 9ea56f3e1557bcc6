import type { LoadBalancing, Participant } from '../participant.js';
import type { ParticipantCall } from '../participant-call.js';
import type { EndpointSnapshot } from '../participant-snapshot.js';
import { drawByWeight } from './by-weight.js';
import { Candidates } from './candidates.js';
import { FailedAttempts } from './failed-attempts.js';
import { drawLeastLoaded } from './least-loaded.js';
import { Member } from './member.js';
import type { Outcome } from './outcome.js';
import { takeTurn } from './round-robin.js';

/** What of a participant matters for balancing. */
export type Balanced = Pick<Participant, 'endpoints' | 'loadBalancing'>;

type Attempt = Pick<ParticipantCall, 'attempt' | 'idempotencyKey'>;

/** How long an endpoint that was dropped from the policy is remembered, in ms: it may be back after a rollback. */
const FORGOTTEN_AFTER = 600_000;

/**
 * Spreads the calls of one participant over its endpoints. Pure: clock (monotonic ms) and randomness are arguments.
 * What it has learnt of an endpoint is kept by its URL while the policy changes.
 */
export class Balancer {
  private readonly known = new Map<string, Member>();
  private readonly failed = new FailedAttempts();
  private candidates = new Candidates([]);
  private rules: LoadBalancing;

  constructor(participant: Balanced, now: number) {
    this.rules = participant.loadBalancing;
    this.adopt(participant, now);
  }

  /** In the order of the policy. */
  get members(): readonly Member[] {
    return this.candidates.members;
  }

  /** Takes new rules. An endpoint that joins others starts slowly. */
  adopt({ endpoints, loadBalancing }: Balanced, now: number): void {
    const isFirst = this.members.length === 0;
    const members = new Set<Member>();
    for (const endpoint of endpoints) {
      const member = this.known.get(endpoint.url) ?? new Member(endpoint, isFirst ? -Infinity : now);
      this.known.set(endpoint.url, member);
      const weight = (members.has(member) ? member.weight : 0) + endpoint.weight;
      member.adopt(endpoint, weight, now);
      members.add(member);
      if (loadBalancing.outlier === null) member.ejection.lift(now);
      if (loadBalancing.healthCheck === null) member.health.reset();
    }
    this.rules = loadBalancing;
    this.candidates = new Candidates([...members]);
    this.forgetOthers(members, now);
  }

  /**
   * Who gets the call: nobody that is ejected, unhealthy or drained (weight 0) unless too few are left, and for a
   * repeated attempt another one than that where it failed.
   * @param random from 0 to below 1, as often as it is asked
   */
  choose({ attempt, idempotencyKey }: Attempt, random: () => number, now: number): Member {
    const [first] = this.members;
    if (!first) throw new Error('a participant has at least one endpoint');
    if (this.members.length === 1) return first;
    const besides = attempt > 1 ? this.failed.at(idempotencyKey) : null;
    return (besides && this.pick(besides, random, now)) ?? this.pick(null, random, now) ?? first;
  }

  /** Who else could get the call; `null` when there is nobody. */
  chooseOther(than: Member, random: () => number, now: number): Member | null {
    return this.members.length === 1 ? null : this.pick(than, random, now);
  }

  started(member: Member): void {
    member.inFlight += 1;
  }

  /** @param duration of the call in ms */
  ended(member: Member, { idempotencyKey }: Attempt, outcome: Outcome, duration: number, now: number): void {
    member.inFlight -= 1;
    if (outcome === 'unsent') return;
    if (outcome === 'good') {
      member.latency.answered(duration, now);
      member.ejection.succeeded(now);
      this.failed.forget(idempotencyKey);
      return;
    }
    member.latency.failed(duration, now);
    if (this.members.length > 1) this.failed.remember(idempotencyKey, member);
    if (outcome === 'bad') this.blame(member, now);
  }

  /** What an active check has found. */
  checked(member: Member, isGood: boolean, now: number): void {
    if (member.health.heard(isGood) && isGood) member.join(now);
  }

  snapshot(now: number): EndpointSnapshot[] {
    this.candidates.weigh(null, now);
    const { members, weights, total } = this.candidates;
    const panic = this.candidates.isPanic(now);
    return members.map((member, index) => ({
      url: member.endpoint.url,
      inFlight: member.inFlight,
      latencyMs: member.latency.isKnown(now) ? round(member.latency.at(now)) : null,
      ejectedUntilMs: member.ejection.isOn(now) ? Math.ceil(member.ejection.until - now) : null,
      healthy: member.health.isGood,
      share: round((100 * weights[index]!) / total),
      slowStart: !member.isOut(now) && member.rampAt(now) < 1,
      panic,
    }));
  }

  private pick(besides: Member | null, random: () => number, now: number): Member | null {
    this.candidates.weigh(besides, now);
    return this.candidates.total > 0 ? this.members[this.draw(random, now)]! : null;
  }

  private draw(random: () => number, now: number): number {
    switch (this.rules.strategy) {
      case 'least_conn':
        return drawLeastLoaded(this.candidates, random, now);
      case 'round_robin':
        return takeTurn(this.candidates);
      case 'random':
        return drawByWeight(this.candidates, random());
    }
  }

  private blame(member: Member, now: number): void {
    const { outlier } = this.rules;
    if (!outlier || !member.ejection.failed(outlier, now)) return;
    if (member.leftAt === null && this.mayEject(outlier.maxEjectedPercent, now)) member.eject(outlier, now);
  }

  /** However small the share: one of two may go. The only one never. */
  private mayEject(percent: number, now: number): boolean {
    const count = this.members.length;
    if (count === 1 || percent === 0) return false;
    let ejected = 0;
    for (const { ejection } of this.members) if (ejection.isOn(now)) ejected += 1;
    return ejected < Math.max(1, Math.floor((count * percent) / 100));
  }

  private forgetOthers(members: ReadonlySet<Member>, now: number): void {
    for (const [url, member] of this.known) {
      if (members.has(member)) continue;
      member.leftAt ??= now;
      if (now - member.leftAt >= FORGOTTEN_AFTER) this.known.delete(url);
    }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

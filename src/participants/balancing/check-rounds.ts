import type { Endpoint, Participant } from '../participant.js';
import type { Balancer } from './balancer.js';
import type { Member } from './member.js';

/** Asks an endpoint once; `null` when the answer says nothing about it, such as when there was no free connection. */
export type Probe = (participant: Participant, endpoint: Endpoint, path: string) => Promise<boolean | null>;

/** Without calls for so many ms, nobody needs to know. */
const KEPT_UP = 60_000;

/** The first checks come within so many ms, so that not all processes check at once when they start. */
const FIRST_WITHIN = 1_000;

/** An interval is longer or shorter by up to this share of it, so that processes don't fall into step. */
const JITTER = 0.1;

/** Checks the endpoints of one participant again and again, each in a loop of its own, until nobody calls it any more. */
export class CheckRounds {
  /** By endpoint; the timer of its next check, `null` while one is on its way. */
  private readonly loops = new Map<Member, NodeJS.Timeout | null>();
  private participant: Participant | null = null;
  private askedAt = -Infinity;

  constructor(
    private readonly balancer: Balancer,
    private readonly probe: Probe,
  ) {}

  /** A call is about to be made, under the policy that holds now. */
  asked(participant: Participant): void {
    this.askedAt = performance.now();
    if (this.participant === participant) return;
    this.stop();
    this.participant = participant;
    const { healthCheck } = participant.loadBalancing;
    if (!healthCheck) return;
    for (const member of this.balancer.members) {
      this.checkIn(Math.random() * Math.min(FIRST_WITHIN, healthCheck.interval), member, participant);
    }
  }

  stop(): void {
    for (const timer of this.loops.values()) if (timer) clearTimeout(timer);
    this.loops.clear();
    this.participant = null;
  }

  private checkIn(delay: number, member: Member, participant: Participant): void {
    clearTimeout(this.loops.get(member) ?? undefined);
    const timer = setTimeout(() => void this.check(member, participant), delay);
    // Nobody waits for a check when the process wants to end.
    timer.unref();
    this.loops.set(member, timer);
  }

  private async check(member: Member, participant: Participant): Promise<void> {
    const { healthCheck } = participant.loadBalancing;
    if (!healthCheck) return;
    const now = performance.now();
    // The next call begins anew.
    if (now - this.askedAt > KEPT_UP) return this.stop();
    this.loops.set(member, null);
    const isGood = await this.probe(participant, member.endpoint, healthCheck.path);
    // Stopped, or under another policy by now.
    if (this.participant !== participant) return;
    if (isGood !== null) this.balancer.checked(member, isGood, performance.now());
    const pause = healthCheck.interval * (1 + JITTER * (2 * Math.random() - 1));
    this.checkIn(Math.max(0, now + pause - performance.now()), member, participant);
  }
}

import type { Participant } from '../participant.js';
import type { EndpointSnapshot } from '../participant-snapshot.js';
import { Balancer } from './balancer.js';
import type { HealthChecks } from './health-checks.js';

/** What was learnt of a participant that was not called for so many ms is forgotten. */
const REMEMBERED = 3_600_000;

interface Entry {
  readonly balancer: Balancer;
  /** Whose rules the balancer follows. */
  readonly participant: Participant;
  /** When it was last asked for, in ms. */
  usedAt: number;
}

/** The balancers of all participants that this process calls, by name. */
export class Balancers {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly checks: HealthChecks) {}

  /** The balancer for a call of this participant, whose policy may have changed since the last one. */
  of(participant: Participant): Balancer {
    const now = performance.now();
    let entry = this.entries.get(participant.name);
    if (entry?.participant !== participant) {
      if (!entry) this.forgetUnused(now);
      entry = { balancer: this.follow(participant, entry?.balancer, now), participant, usedAt: now };
      this.entries.set(participant.name, entry);
      this.checks.asked(entry.balancer, participant);
    } else if (participant.loadBalancing.healthCheck) this.checks.asked(entry.balancer, participant);
    entry.usedAt = now;
    return entry.balancer;
  }

  /** Of the endpoints of this participant; none when this process has not called it. */
  snapshot(name: string): readonly EndpointSnapshot[] {
    return this.entries.get(name)?.balancer.snapshot(performance.now()) ?? [];
  }

  private follow(participant: Participant, balancer: Balancer | undefined, now: number): Balancer {
    if (!balancer) return new Balancer(participant, now);
    balancer.adopt(participant, now);
    return balancer;
  }

  private forgetUnused(now: number): void {
    for (const [name, { balancer, usedAt }] of this.entries) {
      if (now - usedAt < REMEMBERED) continue;
      this.entries.delete(name);
      this.checks.forget(balancer);
    }
  }
}

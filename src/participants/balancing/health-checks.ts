import type { Participant } from '../participant.js';
import type { Balancer } from './balancer.js';
import { CheckRounds, type Probe } from './check-rounds.js';

/**
 * Active health checks of those endpoints that this process calls. They begin with a call and end a minute after the last
 * one: a process that calls nobody, such as one with the role `api`, checks nobody.
 */
export class HealthChecks {
  private readonly rounds = new Map<Balancer, CheckRounds>();
  private isClosed = false;

  constructor(private readonly probe: Probe) {}

  /** A call is about to be made. */
  asked(balancer: Balancer, participant: Participant): void {
    if (this.isClosed) return;
    let rounds = this.rounds.get(balancer);
    if (!rounds) {
      if (!participant.loadBalancing.healthCheck) return;
      rounds = new CheckRounds(balancer, this.probe);
      this.rounds.set(balancer, rounds);
    }
    rounds.asked(participant);
  }

  /** Nobody is going to call it any more. */
  forget(balancer: Balancer): void {
    this.rounds.get(balancer)?.stop();
    this.rounds.delete(balancer);
  }

  /** Begins no more checks. */
  close(): void {
    this.isClosed = true;
    for (const rounds of this.rounds.values()) rounds.stop();
    this.rounds.clear();
  }
}

import type { Send } from './chain.js';
import type { Participant } from './participant.js';
import type { ParticipantSnapshot } from './participant-snapshot.js';
import type { BreakerMode } from './policies/breaker/breaker.js';
import type { BreakerReport } from './policies/breaker/breaker-report.js';
import { Protection } from './protection.js';
import type { Surroundings } from './surroundings.js';
import type { TimerWheel } from './timer-wheel.js';

/** A participant that was not called for so long is not reported. In ms. */
const REPORTED = 60_000;

/** … and what was learnt about it is forgotten. In ms. */
const REMEMBERED = 3_600_000;

/** The policies of all participants that this process has called. */
export class Protections {
  private readonly known = new Map<string, Protection>();
  private orders: ReadonlyMap<string, BreakerMode> = new Map();

  constructor(
    private readonly exchange: Send,
    private readonly around: Surroundings,
    private readonly wheel: TimerWheel,
  ) {}

  /** The policies around the calls of this participant. */
  of(participant: Participant): Protection {
    let protection = this.known.get(participant.name);
    if (!protection) {
      protection = new Protection(participant, this.exchange, this.around, this.wheel);
      protection.force(this.orders.get(participant.name) ?? 'auto');
      this.known.set(participant.name, protection);
    }
    return protection;
  }

  /** What operators have ordered of breakers, by participant; the others decide by themselves. */
  obey(orders: ReadonlyMap<string, BreakerMode>): void {
    this.orders = orders;
    for (const [name, protection] of this.known) protection.force(orders.get(name) ?? 'auto');
  }

  /** Tells each participant's policies what the other processes say of it, and forgets those that nobody calls. */
  heed(reportsOf: (participant: string) => readonly BreakerReport[]): void {
    for (const [name, protection] of this.known) {
      if (protection.isInUse(REMEMBERED)) protection.heed(reportsOf(name));
      else this.known.delete(name);
    }
  }

  /** Of the participants that were called lately, by name. */
  snapshots(
    endpointsOf: (participant: string) => ParticipantSnapshot['endpoints'],
  ): Readonly<Record<string, ParticipantSnapshot>> {
    const reported = [...this.known].filter(([, protection]) => protection.isInUse(REPORTED));
    return Object.fromEntries(reported.map(([name, protection]) => [name, protection.snapshot(endpointsOf(name))]));
  }
}

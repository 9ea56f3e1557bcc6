import type { Member } from './member.js';

/** Below this share of the weight, those that are in would be crushed by the load of those that are out. */
const PANIC = 0.5;

/** All endpoints of a participant with the weights that they have at one moment. Made once, weighed for every choice. */
export class Candidates {
  /** By index of {@link members}; 0 for one that is not to be chosen. */
  readonly weights: Float64Array;
  /** Sum of the weights. Above 0, unless all were left out on purpose. */
  total = 0;
  heaviest = 0;
  private readonly given: number;

  constructor(readonly members: readonly Member[]) {
    this.weights = new Float64Array(members.length);
    this.given = members.reduce((sum, { weight }) => sum + weight, 0);
  }

  /**
   * Fewer than half of the endpoints, by weight, are in: then what is known of the others may be as wrong as they are
   * many, and all are used (the panic threshold of Envoy).
   */
  isPanic(now: number): boolean {
    let left = 0;
    for (const member of this.members) if (!member.isOut(now)) left += member.weight;
    return left < this.given * PANIC;
  }

  /** @param besides one that is not to be chosen */
  weigh(besides: Member | null, now: number): void {
    const isPanic = this.isPanic(now);
    this.total = 0;
    this.heaviest = 0;
    for (let i = 0; i < this.members.length; i++) {
      const member = this.members[i]!;
      const weight = member === besides ? 0 : weightOf(member, isPanic, now);
      this.weights[i] = weight;
      this.total += weight;
      if (weight > this.heaviest) this.heaviest = weight;
    }
  }
}

function weightOf(member: Member, isPanic: boolean, now: number): number {
  if (isPanic) return member.weight;
  return member.isOut(now) ? 0 : member.weight * member.rampAt(now);
}

import type { Priority } from '../../saga/definition.js';
import { Pressure } from './pressure.js';

/** What can turn a start away. */
export const SHED_REASONS = ['due-age', 'loop-lag', 'commit-wait', 'memory'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** From where on sheddable starts are turned away; normal ones from twice that on. `0`: never. */
export interface ShedLimits {
  /** How long the most overdue saga may have been due, in ms. */
  readonly dueAge: number;
  /** How late the event loop may be, in ms. */
  readonly loopLag: number;
  /** How long an entry may have waited for its commit, or a read for a connection, in ms. */
  readonly commitWait: number;
}

/** A look at the load; what could not be seen is `null`. Times in ms. */
export type LoadSample = { readonly [reason in ShedReason]: number | null };

/** Why a start is turned away, and when it is worth another try. */
export interface Shed {
  readonly reason: ShedReason;
  /** In seconds. */
  readonly retryAfter: number;
}

/** The level from which on starts of a priority are turned away. Nothing but memory has a third one. */
const TURNED_AWAY_FROM: { readonly [priority in Priority]: number } = { sheddable: 1, normal: 2, critical: 3 };

/** As shares of the heap's limit. Beyond the last one the process would die, and take every other start with it. */
const MEMORY = [0.85, 0.9, 0.95];

/** A backlog takes longer to go than a moment of slowness. In seconds. */
const RETRY_AFTER: { readonly [reason in ShedReason]: number } = {
  'due-age': 10,
  'loop-lag': 2,
  'commit-wait': 2,
  memory: 5,
};

/**
 * Decides which starts are let in while the server is overloaded: the least important are turned away first. Only
 * starts are ever asked about; what is under way, and above all what is undone, goes on.
 */
export class Admission {
  private readonly pressures: { readonly [reason in ShedReason]: Pressure };
  /** Worked out at every look, so that a start costs a comparison. */
  private sheds: readonly (Shed | null)[] = [null, null, null];

  constructor({ dueAge, loopLag, commitWait }: ShedLimits) {
    this.pressures = {
      'due-age': new Pressure(rising(dueAge)),
      'loop-lag': new Pressure(rising(loopLag)),
      'commit-wait': new Pressure(rising(commitWait)),
      memory: new Pressure(MEMORY),
    };
  }

  /** @param now monotonic, in ms */
  observe(sample: LoadSample, now: number): void {
    for (const reason of SHED_REASONS) {
      const value = sample[reason];
      if (value !== null) this.pressures[reason].observe(value, now);
    }
    this.sheds = [1, 2, 3].map((level) => {
      const reason = SHED_REASONS.find((one) => this.pressures[one].level >= level);
      return reason === undefined ? null : { reason, retryAfter: RETRY_AFTER[reason] };
    });
  }

  /** `null`: come in. */
  refusal(priority: Priority): Shed | null {
    return this.sheds[TURNED_AWAY_FROM[priority] - 1] ?? null;
  }

  /** 0 none is turned away, 1 sheddable starts are, 2 normal ones too, 3 all. */
  levelOf(reason: ShedReason): number {
    return this.pressures[reason].level;
  }

  /** As it was seen last: ms, or a share of the heap's limit. */
  valueOf(reason: ShedReason): number {
    return this.pressures[reason].value;
  }
}

function rising(limit: number): readonly number[] {
  return limit === 0 ? [] : [limit, 2 * limit];
}

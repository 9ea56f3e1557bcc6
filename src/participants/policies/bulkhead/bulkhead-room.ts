import type { Operation } from '../../../saga/definition.js';

/** A call that waits in memory for a place. */
export interface Waiter {
  readonly operation: Operation;
  /** It was parked for want of a place before, and has waited longer than any that is new. */
  readonly isBack: boolean;
  /** It has a place, counted from `now`. */
  enter(now: number): void;
  /** It waits no longer: one that comes before it needs its seat. */
  giveWay(): void;
}

type Lane = 'undoing' | 'back' | 'new';

/**
 * Calls that wait for a place, first come first served within each of three lanes: compensations, actions that come
 * back after they were parked, new actions.
 */
export class WaitingRoom {
  private readonly lanes: { readonly [L in Lane]: Waiter[] } = { undoing: [], back: [], new: [] };

  get size(): number {
    return this.lanes.undoing.length + this.lanes.back.length + this.lanes.new.length;
  }

  /** Whether it got a seat; in a full room the last comer of a later lane gives way. */
  seat(waiter: Waiter, seats: number): boolean {
    const lane = laneOf(waiter);
    if (this.size >= seats) {
      const last = this.lastBehind(lane);
      if (!last) return false;
      this.remove(last);
      last.giveWay();
    }
    this.lanes[lane].push(waiter);
    return true;
  }

  /** The next to enter, gone from the room; `null` when nobody waits, or only actions and there is no place for those. */
  call(mayActionEnter: boolean): Waiter | null {
    const { undoing, back, new: fresh } = this.lanes;
    return undoing.shift() ?? (mayActionEnter ? (back.shift() ?? fresh.shift()) : null) ?? null;
  }

  /** Does nothing when it is no longer there. */
  remove(waiter: Waiter): void {
    const lane = this.lanes[laneOf(waiter)];
    const index = lane.indexOf(waiter);
    if (index >= 0) lane.splice(index, 1);
  }

  private lastBehind(lane: Lane): Waiter | undefined {
    if (lane === 'new') return undefined;
    return this.lanes.new.at(-1) ?? (lane === 'undoing' ? this.lanes.back.at(-1) : undefined);
  }
}

function laneOf({ operation, isBack }: Waiter): Lane {
  if (operation === 'compensation') return 'undoing';
  return isBack ? 'back' : 'new';
}

import { draw, toleranceOf, type Grant, type Want } from './schedule.js';

/**
 * The share of one process of what all may do, for while the shared schedules are away. It begins where the shared
 * schedule is known to be, and never with a burst.
 */
export class LocalSchedules {
  private readonly fullAt = new Map<string, number>();

  /** @param processes how many share the rate and the burst */
  draw(wants: readonly Want[], processes: number, now: number): (Grant & { readonly everyMs: number })[] {
    return wants.map((want) => {
      const share = shareOf(want, processes);
      const known = this.fullAt.get(want.key);
      const start = known ?? now + toleranceOf(share) + Math.max(0, want.notBeforeMs);
      const { grant, fullAt } = draw(start, share, now);
      this.fullAt.set(want.key, fullAt);
      return { ...grant, everyMs: share.intervalMs };
    });
  }

  forget(): void {
    this.fullAt.clear();
  }
}

function shareOf(want: Want, processes: number): Want {
  const of = Math.max(1, processes);
  const share = { ...want, intervalMs: want.intervalMs * of, burst: Math.max(1, want.burst / of) };
  return { ...share, notBeforeMs: -toleranceOf(share) };
}

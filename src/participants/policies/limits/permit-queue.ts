import type { Operation } from '../../../saga/definition.js';
import type { PermitStock } from './permit-stock.js';

/** When a call may go out, in ms from now. One that is not reserved is to come back and ask again then. */
export interface Slot {
  readonly wait: number;
  readonly isReserved: boolean;
}

export type Settle = (slot: Slot) => void;

/** Calls that wait for the answer to a draw, in the order in which they came. */
export class PermitQueue {
  private readonly calls: Settle[] = [];

  get length(): number {
    return this.calls.length;
  }

  add(settle: Settle): void {
    this.calls.push(settle);
  }

  /** Hands out the stock, the earliest permits first. Stops where another draw is worth waiting for. */
  serve(stock: PermitStock, now: number, isWorthWaiting: (validAt: number) => boolean): void {
    const waits: number[] = [];
    while (waits.length < this.calls.length) {
      const validAt = stock.earliest(now);
      if (validAt === undefined || isWorthWaiting(validAt)) break;
      stock.take(now);
      waits.push(Math.max(0, validAt - now));
    }
    const served = this.calls.splice(0, waits.length);
    served.forEach((settle, index) => settle({ wait: waits[index] ?? 0, isReserved: true }));
  }

  /** Nothing can be reserved: each is told when to come back. */
  turnAway(wait: () => number): void {
    for (const settle of this.calls.splice(0)) settle({ wait: wait(), isReserved: false });
  }
}

export type Queues = { readonly [O in Operation]: PermitQueue };

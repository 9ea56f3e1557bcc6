/** Something that is told when its time is over. */
export interface Timed {
  expire(): void;
}

/** A place in the wheel; hand it back to {@link TimerWheel.cancel}. */
export interface Timer {
  readonly target: Timed;
  readonly dueTick: number;
  previous: Timer | null;
  next: Timer | null;
  slot: number;
}

const NOWHERE = -1;

/**
 * Many timers that nearly all get cancelled, at the price of one: a hashed timing wheel (Varghese & Lauck 1987).
 * Starting and cancelling are O(1) and touch no system timer. A timer never fires early, and at most one tick late
 * unless the event loop itself is late. The wheel keeps no process alive.
 */
export class TimerWheel {
  private readonly slots: (Timer | null)[];
  private readonly origin = performance.now();
  private tick = 0;
  private size = 0;
  private interval: NodeJS.Timeout | null = null;

  /**
   * @param tickLength in ms; how exact the timers are
   * @param slotCount timers further away than `slotCount` ticks stay in their slot for several turns
   */
  constructor(
    private readonly tickLength = 16,
    private readonly slotCount = 512,
  ) {
    this.slots = new Array<Timer | null>(slotCount).fill(null);
  }

  /** Timers that are neither cancelled nor over. */
  get count(): number {
    return this.size;
  }

  /** Calls `target.expire()` once, `delay` ms from now. */
  start(target: Timed, delay: number): Timer {
    if (this.size === 0) this.wind();
    const elapsed = performance.now() - this.origin;
    const dueTick = Math.max(Math.ceil((elapsed + delay) / this.tickLength), this.tick + 1);
    const slot = dueTick % this.slotCount;
    const head = this.slots[slot] ?? null;
    const timer: Timer = { target, dueTick, previous: null, next: head, slot };
    if (head) head.previous = timer;
    this.slots[slot] = timer;
    this.size += 1;
    return timer;
  }

  /** Does nothing when the timer is over or was cancelled before. */
  cancel(timer: Timer): void {
    if (timer.slot === NOWHERE) return;
    if (timer.previous) timer.previous.next = timer.next;
    else this.slots[timer.slot] = timer.next;
    if (timer.next) timer.next.previous = timer.previous;
    timer.slot = NOWHERE;
    this.size -= 1;
  }

  private wind(): void {
    this.tick = Math.floor((performance.now() - this.origin) / this.tickLength);
    if (this.interval) return;
    // The clock is read before the poll phase and the turn made after it: when the process or its event loop stood
    // still, answers that are already in the socket are read before their calls are called late.
    this.interval = setInterval(() => {
      const now = performance.now();
      setImmediate(() => this.turn(now));
    }, this.tickLength);
    this.interval.unref();
  }

  private turn(clock: number): void {
    const now = Math.max(Math.floor((clock - this.origin) / this.tickLength), this.tick);
    const steps = Math.min(now - this.tick, this.slotCount);
    const first = this.tick + 1;
    this.tick = now;
    const due: Timer[] = [];
    for (let step = 0; step < steps; step++) {
      for (let timer = this.slots[(first + step) % this.slotCount] ?? null; timer; timer = timer.next) {
        if (timer.dueTick <= now) due.push(timer);
      }
    }
    for (const timer of due) {
      // One that went before may have cancelled this one.
      if (timer.slot === NOWHERE) continue;
      this.cancel(timer);
      timer.target.expire();
    }
    if (this.size === 0 && this.interval) {
      clearInterval(this.interval);
      this.interval = null;
    }
  }
}

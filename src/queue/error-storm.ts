const WINDOW = 1_000;
const MOST = 200;

/**
 * Tells when errors come faster than anything that waits between its attempts can make them. A worker of BullMQ that could
 * not reach Postgres when it was made fails again at once, for ever, without giving the event loop a turn: the whole
 * process would stand still.
 */
export class ErrorStorm {
  private since = -Infinity;
  private count = 0;

  /** Counts one more. */
  isRaging(): boolean {
    const now = performance.now();
    if (now - this.since > WINDOW) {
      this.since = now;
      this.count = 0;
    }
    return ++this.count > MOST;
  }
}

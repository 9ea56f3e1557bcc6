/** Permits that were drawn together: the first is valid from `validAt`, each further one `everyMs` later. */
interface Run {
  validAt: number;
  readonly everyMs: number;
  readonly drawnAt: number;
  count: number;
}

/** Permits are for the moment: one that nobody has used for so long after it was valid (and here) is dropped, ms. */
const KEEP = 1_000;

/** What was drawn and is not used yet, the earliest first. A handful of runs, whatever the rate. */
export class PermitStock {
  private runs: Run[] = [];
  private size = 0;

  get count(): number {
    return this.size;
  }

  add(count: number, validAt: number, everyMs: number, now: number): void {
    if (count <= 0) return;
    this.runs.push({ count, validAt, everyMs, drawnAt: now });
    this.size += count;
  }

  /** From when the earliest is valid; `undefined` when there is none. */
  earliest(now: number): number | undefined {
    return this.find(now)?.validAt;
  }

  /** Hands out the earliest and says from when it is valid; `undefined` when there is none. */
  take(now: number): number | undefined {
    const run = this.find(now);
    if (!run) return undefined;
    const { validAt } = run;
    this.drop(run, 1);
    return validAt;
  }

  /** Drops the latest permits beyond `most`. */
  trim(most: number): void {
    while (this.size > most) {
      const last = this.runs.reduce((a, b) => (lastOf(b) > lastOf(a) ? b : a));
      last.count -= 1;
      this.size -= 1;
      if (last.count === 0) this.runs.splice(this.runs.indexOf(last), 1);
    }
  }

  private find(now: number): Run | undefined {
    let first: Run | undefined;
    for (let i = this.runs.length - 1; i >= 0; i--) {
      const run = this.runs[i] as Run;
      this.expire(run, now);
      if (run.count === 0) this.runs.splice(i, 1);
      else if (!first || run.validAt <= first.validAt) first = run;
    }
    return first;
  }

  private expire(run: Run, now: number): void {
    const oldest = now - KEEP;
    if (run.drawnAt >= oldest || run.validAt >= oldest) return;
    const stale = run.everyMs === 0 ? run.count : Math.ceil((oldest - run.validAt) / run.everyMs);
    this.drop(run, Math.min(run.count, stale));
  }

  private drop(run: Run, count: number): void {
    run.count -= count;
    run.validAt += count * run.everyMs;
    this.size -= count;
  }
}

function lastOf(run: Run): number {
  return run.validAt + (run.count - 1) * run.everyMs;
}

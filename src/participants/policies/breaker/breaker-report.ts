import type { Counts } from '../sliding-window.js';

export type BreakerState = 'closed' | 'open' | 'half-open' | 'forced-open' | 'forced-closed';

/**
 * What brought a breaker to its state: `calls` of its own that failed or were slow, a `probe` of its own, a `quorum` of
 * other processes, a `peer` whose probe went well, an `operator`; or nothing but the `start` of the process.
 */
export type BreakerCause = 'start' | 'calls' | 'probe' | 'quorum' | 'peer' | 'operator';

/**
 * What a process tells of its breaker, to operators and to the breakers of other processes. Plain JSON. Times are spans
 * and ages in ms, so that no clocks need to agree; see {@link aged}.
 */
export interface BreakerReport {
  readonly state: BreakerState;
  /** Age of the state. */
  readonly sinceMs: number;
  readonly why: BreakerCause;
  readonly window: Pick<Counts, 'calls' | 'failures' | 'slow'> & {
    /** Length of the window. */
    readonly ms: number;
  };
  /** Age of the latest opening, when it is open or half-open. */
  readonly openedMs: number | null;
  /** Until it half-opens, when it is open; 0 when that only waits for a call and for the right to probe. */
  readonly halfOpensMs: number | null;
  /** Age of the latest closing after a probe of its own. */
  readonly closedByProbeMs: number | null;
}

/** The report as it reads `ms` after it was written. */
export function aged(report: BreakerReport, ms: number): BreakerReport {
  return {
    ...report,
    sinceMs: report.sinceMs + ms,
    openedMs: report.openedMs === null ? null : report.openedMs + ms,
    halfOpensMs: report.halfOpensMs === null ? null : Math.max(0, report.halfOpensMs - ms),
    closedByProbeMs: report.closedByProbeMs === null ? null : report.closedByProbeMs + ms,
  };
}

import { aged, type BreakerReport } from '../participants/policies/breaker/breaker-report.js';
import type { LiveNode } from '../store/nodes.js';
import { readReport, type NodeReport } from './node-report.js';

/** How long the others are believed in while nothing can be heard of them, in ms. */
const MEMORY = 10_000;

interface Neighbour {
  /** When its report was true, by the monotonic clock of this process. */
  readonly toldAt: number;
  readonly report: NodeReport | null;
}

/** What one process knows of the others, from the last time that it heard of them. Times in ms, monotonic. */
export class Neighbours {
  private known: readonly Neighbour[] = [];
  private heardAt = -Infinity;

  hear(others: readonly LiveNode[], now: number): void {
    this.heardAt = now;
    this.known = others.map(({ age, report }) => ({ toldAt: now - Math.max(0, age), report: readReport(report) }));
  }

  count(now: number): number {
    return this.believed(now).length;
  }

  /** What the others say of the breaker of a participant; one that has not called it lately says nothing. */
  reportsOf(participant: string, now: number): readonly BreakerReport[] {
    return this.believed(now).flatMap(({ toldAt, report }) => {
      const breaker = report && ownProperty(report.participants, participant)?.breaker;
      return breaker ? [aged(breaker, now - toldAt)] : [];
    });
  }

  private believed(now: number): readonly Neighbour[] {
    return now - this.heardAt <= MEMORY ? this.known : [];
  }
}

/** Names are the users' own, `constructor` among them. */
function ownProperty<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

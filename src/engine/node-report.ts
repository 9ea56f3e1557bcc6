import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';
import type { Json } from '../saga/json.js';

/** Raised when a report means something else than before: processes that speak otherwise count as live, and no more. */
const FORMAT = 1;

/** Longest report, in characters: it is written once a second by every process. */
const MAX_LENGTH = 256 * 1024;

/** What a process says of itself. */
export interface NodeAbout {
  readonly role: 'all' | 'worker';
  /** Of Skald. */
  readonly version: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** What a process tells the others: of itself, and of the participants that it has called lately. */
export interface NodeReport extends NodeAbout {
  readonly format: number;
  readonly participants: Readonly<Record<string, ParticipantSnapshot>>;
  /** Participants left out for want of room. */
  readonly omitted: number;
}

/**
 * A report as JSON, bounded in size. What the others need most comes first: breakers that are not closed, then whoever
 * is called most. A participant that does not fit with its endpoints goes without them, or not at all.
 */
export function writeReport(
  about: NodeAbout,
  snapshots: Readonly<Record<string, ParticipantSnapshot>>,
  maxLength = MAX_LENGTH,
): string {
  const parts: string[] = [];
  let room = maxLength;
  const byNeed = Object.entries(snapshots).sort(([, a], [, b]) => need(b) - need(a));
  for (const [name, snapshot] of byNeed) {
    const whole = `${JSON.stringify(name)}:${JSON.stringify(snapshot)}`;
    const bare = () => `${JSON.stringify(name)}:${JSON.stringify({ ...snapshot, endpoints: [] })}`;
    const part = whole.length <= room ? whole : bare();
    if (part.length > room) continue;
    parts.push(part);
    room -= part.length;
  }
  const { role, version, startedAt } = about;
  const rest = JSON.stringify({ format: FORMAT, role, version, startedAt, omitted: byNeed.length - parts.length });
  return `${rest.slice(0, -1)},"participants":{${parts.join(',')}}}`;
}

/** The report of another process; `null` when it speaks a format that this release does not know. */
export function readReport(report: Json): NodeReport | null {
  const format = (report as { format?: unknown } | null)?.format;
  return format === FORMAT ? (report as unknown as NodeReport) : null;
}

function need({ breaker, inFlight }: ParticipantSnapshot): number {
  return breaker && breaker.state !== 'closed' ? Number.MAX_SAFE_INTEGER : inFlight;
}

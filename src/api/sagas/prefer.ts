/** Longest time that one request may wait, in seconds. */
const MAX_WAIT = 60;

/** Seconds of `Prefer: wait=10` (RFC 7240 §4.3), clamped to a minute; `null` when nothing of the kind is preferred. */
export function preferredWait(prefer: string | undefined): number | null {
  const match = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec(prefer ?? '');
  return match ? Math.min(Number(match[1]), MAX_WAIT) : null;
}

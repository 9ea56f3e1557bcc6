import type { BreakerReport } from './breaker-report.js';

/** One other process may be the one with the broken network. */
const FEWEST_WITNESSES = 2;

/**
 * Whether so many others found the participant ill by calls of their own that it need not be found out here as well: at
 * least two, and half of the live processes, this one counted. Who opened by a quorum is no witness, or opinions would
 * echo; nor is one that has probed since, which says no more than what it has said before; nor one whose opening is older
 * than the latest probe that went well.
 * @param clearedMs age of that probe; Infinity if there was none
 */
export function isQuorum(peers: readonly BreakerReport[], clearedMs: number): boolean {
  let witnesses = 0;
  for (const peer of peers) if (isWitness(peer, clearedMs)) witnesses += 1;
  return witnesses >= FEWEST_WITNESSES && 2 * witnesses >= peers.length + 1;
}

/**
 * Age of the latest probe by which a peer closed within the last `openedMs`; `null` if there is none. A peer that has
 * closed in another way has seen nothing that others have not.
 */
export function clearedBy(peers: readonly BreakerReport[], openedMs: number): number | null {
  let latest: number | null = null;
  for (const { state, closedByProbeMs } of peers) {
    if (state !== 'closed' || closedByProbeMs === null || closedByProbeMs >= openedMs) continue;
    if (latest === null || closedByProbeMs < latest) latest = closedByProbeMs;
  }
  return latest;
}

function isWitness({ state, why, openedMs }: BreakerReport, clearedMs: number): boolean {
  const isOpen = state === 'open' || state === 'half-open';
  return isOpen && why === 'calls' && openedMs !== null && openedMs < clearedMs;
}

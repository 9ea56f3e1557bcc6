import { drawByWeight } from './by-weight.js';
import type { Candidates } from './candidates.js';

/** The second choice must be better by this factor: smaller differences are noise, and would make all follow it. */
const MARGIN = 1.25;

/**
 * Two different candidates at random, by weight, and the one with less to do and less to wait for takes the call. Two
 * choices spread load nearly as evenly as to look at all, and don't send everybody to the same one at once (Mitzenmacher,
 * "The Power of Two Choices in Randomized Load Balancing", 2001).
 * @returns its index
 */
export function drawLeastLoaded(candidates: Candidates, random: () => number, now: number): number {
  const first = drawByWeight(candidates, random());
  const second = drawByWeight(candidates, random(), first);
  const { latency } = candidates.members[first]!;
  const other = candidates.members[second]!.latency;
  const areKnown = latency.isKnown(now) && other.isKnown(now);
  const load = queueOf(candidates, first) * (areKnown ? latency.costAt(now) : 1);
  const otherLoad = queueOf(candidates, second) * (areKnown ? other.costAt(now) : 1);
  return otherLoad * MARGIN < load ? second : first;
}

/**
 * Calls in flight, by weight, and the one that is to come. That one counts the same for all: the draw has heeded weights
 * already, and one with a small weight must not lose while it is idle.
 */
function queueOf({ members, weights, heaviest }: Candidates, index: number): number {
  return members[index]!.inFlight * (heaviest / weights[index]!) + 1;
}

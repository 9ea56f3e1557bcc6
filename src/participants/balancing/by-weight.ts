import type { Candidates } from './candidates.js';

/**
 * One of the candidates at random, by weight.
 * @param random from 0 to below 1
 * @param besides index of one that is not to be drawn
 * @returns its index; `besides` when there is no other
 */
export function drawByWeight({ weights, total }: Candidates, random: number, besides = -1): number {
  let left = random * (besides < 0 ? total : total - weights[besides]!);
  let drawn = besides;
  for (let i = 0; i < weights.length; i++) {
    if (i === besides || weights[i] === 0) continue;
    // Should rounding leave a rest, the last one has it.
    drawn = i;
    left -= weights[i]!;
    if (left < 0) break;
  }
  return drawn;
}

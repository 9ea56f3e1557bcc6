import type { Candidates } from './candidates.js';

/**
 * Takes turns by weight, and spreads the turns of a heavy one between those of the others: everybody earns its weight at
 * each turn, the richest is chosen and pays for all (the smooth weighted round robin of nginx).
 * @returns its index
 */
export function takeTurn({ members, weights, total }: Candidates): number {
  let richest = -1;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    if (weights[i] === 0) continue;
    member.credit += weights[i]!;
    if (richest < 0 || member.credit > members[richest]!.credit) richest = i;
  }
  members[richest]!.credit -= total;
  return richest;
}

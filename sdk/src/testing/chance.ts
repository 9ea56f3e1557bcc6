/** Numbers in [0, 1) that depend on the seed alone (Mulberry32, Tommy Ettinger). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A UUIDv7 (RFC 9562) for a moment in epoch ms. Equal arguments give equal ids. */
export function uuidAt(at: number, random: () => number): string {
  const time = at.toString(16).padStart(12, '0');
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}

/** Where a run takes what it leaves to chance. Ids are apart: they differ from run to run, and nothing else does. */
export interface Chance {
  ids(): number;
  random(): number;
}

/** Says which of several things that could happen now does. */
export interface Order {
  /** @returns from 0 to `count - 1` */
  pick(count: number): number;
}

/** Whatever was first in line. */
export const IN_TURN: Order = { pick: () => 0 };

/** Any of them, by chance. */
export function shuffled(random: () => number): Order {
  return { pick: (count) => Math.floor(random() * count) };
}

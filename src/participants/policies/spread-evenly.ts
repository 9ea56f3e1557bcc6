/** The golden ratio less 1: its multiples, modulo 1, lie as evenly as can be, however many there are (Weyl). */
const GOLDEN = 0.6180339887498949;

/** Where the `count`-th of any number of calls comes when they are spread over [0, 1). */
export function spreadEvenly(count: number): number {
  return (count * GOLDEN) % 1;
}

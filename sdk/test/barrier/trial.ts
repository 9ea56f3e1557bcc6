import fc from 'fast-check';
import { interleavings, play, type Story } from './interleavings.js';
import { judge } from './judge.js';
import type { Stage } from './stage.js';

/** Set it to play the same plans again. What the connections make of them isn't quite the same each time. */
const seed = Number(process.env['SKALD_SEED'] ?? Date.now() % 2 ** 31);

/** Plays random interleavings, and closes the stage. */
async function tryOut(open: () => Promise<Stage>, count: number): Promise<(Story & { faults: readonly string[] })[]> {
  const stage = await open();
  try {
    const stories = await play(stage, fc.sample(interleavings, { numRuns: count, seed }));
    return stories.map((story) => ({ ...story, faults: judge(story) }));
  } finally {
    await stage.close();
  }
}

/** Fails with the first story that went wrong, and when they prove nothing. */
export async function expectSound(open: () => Promise<Stage>, count: number): Promise<void> {
  const stories = await tryOut(open, count);
  const wrong = stories.filter(({ faults }) => faults.length > 0);
  if (wrong.length > 0) {
    throw new Error(`${wrong.length} of ${count} with SKALD_SEED=${seed}: ${JSON.stringify(wrong[0], null, 1)}`);
  }
  const withEffect = stories.filter(({ entries }) => entries.length > 0).length;
  expect(withEffect).toBeGreaterThan(count / 4);
  expect(withEffect).toBeLessThan(count);
}

/** What a barrier that is broken on purpose does wrong. */
export async function faultsOf(open: () => Promise<Stage>, count: number): Promise<string[]> {
  const stories = await tryOut(open, count);
  return [...new Set(stories.flatMap(({ faults }) => faults))];
}

import { setTimeout as pause } from 'node:timers/promises';
import { atPace, keepInFlight } from './window.mjs';

describe('load', () => {
  it('keeps as many sagas in flight as asked, no more, and runs each once', async () => {
    let running = 0;
    let most = 0;
    const seen = [];
    const run = async (n) => {
      most = Math.max(most, ++running);
      await pause(n % 3);
      running -= 1;
      seen.push(n);
    };
    await keepInFlight({ total: 50, inFlight: 7, run });
    expect(most).toBe(7);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('at a steady pace starts sagas on time however long the earlier ones take', async () => {
    const began = performance.now();
    const starts = [];
    const run = async () => {
      starts.push(performance.now() - began);
      await pause(150);
    };
    const milliseconds = await atPace({ ratePerSecond: 100, seconds: 0.1, run });
    expect(starts).toHaveLength(10);
    expect(Math.max(...starts)).toBeLessThan(150);
    expect(Math.min(...milliseconds)).toBeGreaterThanOrEqual(145);
  });
});

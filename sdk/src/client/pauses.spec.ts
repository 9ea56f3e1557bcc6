import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { backOff, pause, TIME_OVER, within } from './pauses.js';

describe('a pause', () => {
  it('has full jitter: anything up to a bound that doubles from 100 ms to 5 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), (failures) => {
        const ms = backOff(failures);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(Math.min(5_000, 100 * 2 ** (failures - 1)));
      }),
    );
    const many = Array.from({ length: 200 }, () => backOff(10));
    expect(Math.min(...many)).toBeLessThan(1_000);
    expect(Math.max(...many)).toBeGreaterThan(4_000);
  });

  it('ends when it is over, or with the reason of its signal, and leaves nothing behind on it', async () => {
    const leaving = new AbortController();
    await pause(1, leaving.signal);
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
    const long = pause(1e12, leaving.signal);
    leaving.abort(new Error('enough'));
    await expect(long).rejects.toThrow('enough');
    await expect(pause(1, leaving.signal)).rejects.toThrow('enough');
    expect(getEventListeners(leaving.signal, 'abort')).toEqual([]);
  });

  it('is not needed by work that is done in time; work that is not is told so', async () => {
    expect(await within(1e12, undefined, () => Promise.resolve('done'))).toBe('done');
    const never = within(1, undefined, (stop) => pause(1e12, stop));
    await expect(never).rejects.toBe(TIME_OVER);
  });
});

import { type Finding, Watchdog, type Watched } from './watchdog.js';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A worker and a queue as plain values, and a clock that moves when told. */
function scene(changes: Partial<Watched> = {}) {
  const world = { time: 0, taken: 0, rebuilt: 0 };
  const watched: Watched = {
    taken: () => world.taken,
    hasRoom: () => true,
    isUp: () => true,
    countWaiting: async () => 1,
    rebuild: () => void world.rebuilt++,
    ...changes,
  };
  const watchdog = new Watchdog(watched, { quiet: 1_000, patience: 20, clock: () => world.time, log: silent });
  const lookEvery500ms = async (times: number) => {
    const findings: Finding[] = [];
    for (let n = 0; n < times; n++) {
      world.time += 500;
      findings.push(await watchdog.look());
    }
    return findings;
  };
  return { world, watchdog, lookEvery500ms };
}

describe('the watchdog', () => {
  it('rebuilds a worker that takes nothing although something waits, within twice the quiet time', async () => {
    const { world, watchdog, lookEvery500ms } = scene();
    await watchdog.look();
    expect(await lookEvery500ms(3)).toEqual(['fine', 'suspicious', 'rebuilt']);
    expect([world.rebuilt, watchdog.rebuilds]).toEqual([1, 1]);
  });

  it('gives a rebuilt worker the same time again', async () => {
    const { lookEvery500ms, watchdog } = scene();
    await watchdog.look();
    await lookEvery500ms(3);
    expect(await lookEvery500ms(3)).toEqual(['fine', 'suspicious', 'rebuilt']);
  });

  it('takes a queue that does not answer for one where something waits', async () => {
    const { lookEvery500ms, watchdog } = scene({ countWaiting: () => new Promise(() => undefined) });
    await watchdog.look();
    expect(await lookEvery500ms(3)).toEqual(['fine', 'suspicious', 'rebuilt']);
  });

  it.each<[string, Partial<Watched>]>([
    ['nothing waits', { countWaiting: async () => 0 }],
    ['it has its hands full', { hasRoom: () => false }],
    ['the queue is known to be away', { isUp: () => false }],
  ])('leaves a worker alone while %s', async (_, changes) => {
    const { lookEvery500ms, world } = scene(changes);
    await lookEvery500ms(10);
    expect(world.rebuilt).toBe(0);
  });

  it('does not blame a worker for a job that has come this moment', async () => {
    let waiting = 0;
    const { lookEvery500ms, world } = scene({ countWaiting: async () => waiting });
    await lookEvery500ms(10);
    waiting = 1;
    expect(await lookEvery500ms(1)).toEqual(['suspicious']);
    world.taken++;
    expect(await lookEvery500ms(2)).toEqual(['fine', 'fine']);
    expect(world.rebuilt).toBe(0);
  });
});

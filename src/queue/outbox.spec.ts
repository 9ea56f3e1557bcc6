import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Parcel } from './hint.js';
import { Outbox, type OutboxOptions } from './outbox.js';

/** An outbox that sends into `sends`, with whatever behaviour a story gives it. */
function outbox(options: Partial<OutboxOptions> = {}) {
  const sends: Parcel[][] = [];
  const undelivered: string[] = [];
  const box = new Outbox({
    send: async (parcels) => void sends.push([...parcels]),
    isUp: () => true,
    onUndelivered: (ids) => void undelivered.push(...ids),
    now: Date.now,
    sendTimeout: 5_000,
    gap: 0,
    shards: 1,
    idsPerHint: 64,
    ...options,
  });
  const sent = () => sends.map((parcels) => parcels.flatMap(({ hint }) => hint.ids));
  return { box, sends, sent, undelivered };
}

describe('the outbox', () => {
  it('sends every id or reports it, one send at a time, whatever becomes of the sends', async () => {
    const fates = fc.array(fc.constantFrom('arrives', 'fails', 'away'), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 60 }), fates, async (numbers, fated) => {
        let turn = 0;
        let onTheWay = 0;
        let mostOnTheWay = 0;
        const arrived: string[] = [];
        const fate = () => fated[turn++ % fated.length];
        const { box, undelivered } = outbox({
          idsPerHint: 5,
          isUp: () => fate() !== 'away',
          send: async (parcels) => {
            mostOnTheWay = Math.max(mostOnTheWay, ++onTheWay);
            await nextTurn();
            onTheWay--;
            if (fate() === 'fails') throw new Error('connection lost');
            arrived.push(...parcels.flatMap(({ hint }) => hint.ids));
          },
        });
        const ids = numbers.map((n) => `saga ${n}`);
        for (const [n, id] of ids.entries()) {
          box.wake(id);
          if (n % 3 === 0) await nextTurn();
        }
        await box.close();
        expect(new Set([...arrived, ...undelivered])).toEqual(new Set(ids));
        expect(mostOnTheWay).toBeLessThanOrEqual(1);
        expect([box.counts.woken, box.counts.undelivered]).toEqual([arrived.length, undelivered.length]);
      }),
    );
  });

  it('sends an id that comes alone at the end of the turn', async () => {
    const { box, sent } = outbox({ gap: 1_000 });
    box.wake('a');
    await nextTurn();
    await nextTurn();
    expect(sent()).toEqual([['a']]);
  });

  it('lets ids pile up while a send is on its way, and sends them together', async () => {
    let arrive: () => void = () => undefined;
    const sends: string[][] = [];
    const { box } = outbox({
      send: (parcels) => {
        sends.push(parcels.flatMap(({ hint }) => [...hint.ids]));
        return new Promise((resolve) => (arrive = resolve));
      },
    });
    box.wake('a');
    await sleep(5);
    for (const id of ['b', 'c', 'b', 'd']) box.wake(id);
    await sleep(5);
    expect(sends).toEqual([['a']]);
    arrive();
    await sleep(5);
    expect(sends).toEqual([['a'], ['b', 'c', 'd']]);
    arrive();
    await box.close();
  });

  it('leaves a gap between sends when ids keep coming', async () => {
    const { box, sends, sent } = outbox({ gap: 40 });
    for (let n = 0; n < 20; n++) {
      box.wake(`saga ${n}`);
      await sleep(1);
    }
    await box.close();
    expect(sends.length).toBeLessThanOrEqual(3);
    expect(sent().flat()).toHaveLength(20);
  });

  it('gives up a send that takes too long, and reports its ids once', async () => {
    const { box, undelivered } = outbox({ sendTimeout: 10, send: () => new Promise(() => undefined) });
    box.wake('a');
    await sleep(30);
    expect(undelivered).toEqual(['a']);
  });

  it('bundles ids that wait for about the same instant, and never wakes them early', async () => {
    const { box, sends } = outbox({ now: () => 1_000_003.5 });
    box.wakeLater('a', 200);
    box.wakeLater('b', 210);
    box.wakeLater('c', 30_000);
    await box.close();
    const parcels = sends.flat().map(({ hint, delay }) => ({ ...hint, delay }));
    expect(parcels).toEqual([
      { ids: ['a', 'b'], wokenAt: 1_000_220, isDue: true, delay: 217 },
      { ids: ['c'], wokenAt: 1_030_020, isDue: true, delay: 30_017 },
    ]);
  });

  it('leaves waits of more than a minute to the sweep', async () => {
    const { box, sends } = outbox();
    box.wakeLater('a', 60_001);
    await box.close();
    expect(sends).toEqual([]);
  });

  it('drops delayed hints while the queue is away, because their due time is in Postgres', async () => {
    const { box, undelivered } = outbox({ isUp: () => false });
    box.wakeLater('a', 100);
    await box.close();
    expect(undelivered).toEqual([]);
    expect(box.counts.dropped).toBe(1);
  });
});

import { setImmediate } from 'node:timers/promises';
import { eventually } from '../../../test/support/waiting.js';
import { pgOutbox } from '../../src/outbox/pg-outbox.js';
import type { Relay } from '../../src/outbox/relay.js';
import { LedgerOfSkald, no } from './ledger-of-skald.js';
import { Stage } from './stage.js';

/** A promise to be kept later. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const lost = new Error('connection reset');
const quiet = { onTrouble: () => undefined };

describe('a relay', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  });

  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await stage.clear();
  });

  afterAll(() => stage.strike());

  const relays: Relay[] = [];
  const relayTo: (typeof stage)['outbox']['relay'] = (skald, options) => {
    const relay = stage.outbox.relay(skald, options);
    relays.push(relay);
    return relay;
  };

  const placeOrders = async (count: number): Promise<number[]> => {
    const ids = Array.from({ length: count }, (_, i) => i + 1);
    for (const id of ids) await stage.order(id);
    return ids;
  };

  it('delivers the oldest first, and in one pass all that is due', async () => {
    const ids = await placeOrders(12);
    const skald = new LedgerOfSkald();
    await relayTo(skald, { concurrency: 1 }).deliver();
    expect(skald.inputs).toEqual(ids);
  });

  it('delivers side by side, and never more at once than it may', async () => {
    await placeOrders(12);
    const skald = new LedgerOfSkald({ before: () => setImmediate() });
    expect(await relayTo(skald, { concurrency: 3 }).deliver()).toMatchObject({ started: 12 });
    expect(skald.busiest).toBe(3);
  });

  it('gets the same saga when an answer was lost', async () => {
    await placeOrders(1);
    let answers = 0;
    const skald = new LedgerOfSkald({
      after: () => {
        if (answers++ === 0) throw lost;
      },
    });
    const relay = relayTo(skald, { ...quiet, firstPause: 0 });
    expect(await relay.deliver()).toMatchObject({ postponed: 1, started: 0 });
    expect(await relay.deliver()).toMatchObject({ postponed: 0, started: 1 });
    expect(skald.inputs).toEqual([1]);
    expect(await stage.outbox.rows()).toMatchObject([
      { state: 'started', sagaId: skald.sagasStarted[0]!.id, tries: 2 },
    ]);
  });

  it('starts no second saga when an answer was lost so long ago that Skald has forgotten the key', async () => {
    await placeOrders(2);
    let isOut = true;
    const skald = new LedgerOfSkald({
      before: ({ input }) => {
        if (isOut && input === 2) throw lost; // of the second order, Skald has never heard
      },
      after: () => {
        if (isOut) throw lost;
      },
    });
    const relay = relayTo(skald, quiet);
    await relay.deliver();
    expect(skald.inputs).toEqual([1]);

    await stage.age('13 hours');
    skald.forgetKeys();
    isOut = false;
    expect(await relay.deliver()).toMatchObject({ started: 2 });
    expect(skald.inputs).toEqual([1, 2]);
    expect((await stage.outbox.rows()).map(({ sagaId }) => sagaId)).toEqual(skald.sagasStarted.map(({ id }) => id));
  });

  it('takes over what a dead one had in hand when the lease is over, and not before', async () => {
    await placeOrders(1);
    const never = gate();
    const dead = new LedgerOfSkald({ before: () => never.opened });
    const last = relayTo(dead).deliver();
    await eventually('the row is in hand', () => dead.requests.length === 1);

    const skald = new LedgerOfSkald();
    const heir = relayTo(skald);
    expect(await heir.deliver()).toMatchObject({ started: 0 });
    await stage.age('31 seconds');
    expect(await heir.deliver()).toMatchObject({ started: 1 });
    never.open();
    await last;
  });

  it('that was slower than its lease spoils nothing for the one that has the row now', async () => {
    await placeOrders(1);
    const [slow, quick] = [gate(), gate()];
    const refusal = async (): Promise<void> => {
      await slow.opened;
      throw no(422, 'invalid-input');
    };
    const late = new LedgerOfSkald({ before: refusal });
    const skald = new LedgerOfSkald({ before: () => quick.opened });
    const lateRelay = relayTo(late, quiet).deliver();
    await eventually('one has it in hand', () => late.requests.length === 1);
    await stage.age('31 seconds');
    const relay = relayTo(skald).deliver();
    await eventually('the other has it in hand', () => skald.requests.length === 1);

    slow.open();
    expect(await lateRelay).toEqual({ started: 0, refused: 0, postponed: 0 });
    expect(await stage.outbox.rows()).toMatchObject([{ state: 'pending', problem: null, tries: 2 }]);
    quick.open();
    expect(await relay).toMatchObject({ started: 1 });
  });

  it('that was slower than its lease may still tell that the saga was started', async () => {
    await placeOrders(1);
    const [slow, never] = [gate(), gate()];
    const lateRelay = relayTo(new LedgerOfSkald({ after: () => slow.opened })).deliver();
    await eventually('one has it in hand', async () => (await stage.outbox.rows())[0]?.tries === 1);
    await stage.age('31 seconds');
    const relay = relayTo(new LedgerOfSkald({ before: () => never.opened })).deliver();
    await eventually('the other has it in hand', async () => (await stage.outbox.rows())[0]?.tries === 2);

    slow.open();
    expect(await lateRelay).toMatchObject({ started: 1 });
    never.open();
    expect(await relay).toEqual({ started: 0, refused: 0, postponed: 0 });
  });

  it('tries rows one at a time while Skald is away, tells of it once, and goes on when it is back', async () => {
    const ids = await placeOrders(12);
    let isAway = true;
    const skald = new LedgerOfSkald({
      before: async () => {
        await setImmediate();
        if (isAway) throw no(401, 'unauthenticated');
      },
    });
    const tried = async (): Promise<number> => (await stage.outbox.rows()).filter(({ problem }) => problem).length;
    const troubles: unknown[] = [];
    const options = { concurrency: 4, firstPause: 0, interval: 5, onTrouble: (error: unknown) => troubles.push(error) };
    const relay = relayTo(skald, options);
    relay.start();
    await eventually('it has tried some', async () => (await tried()) >= 4);
    expect(skald.busiest).toBe(4);
    skald.busiest = 0;
    const soFar = skald.requests.length;
    await eventually('it goes on trying', () => skald.requests.length >= soFar + 2);
    expect(skald.busiest).toBe(1);
    expect(troubles).toHaveLength(1);
    isAway = false;
    await eventually('all are started', () => skald.inputs.length === ids.length);
    await relay.stop();
    expect(await stage.outbox.rows({ state: 'pending' })).toEqual([]);
  });

  it('ends its pass when Skald is away, without trying them all', async () => {
    await placeOrders(12);
    const away = (): never => {
      throw lost;
    };
    const skald = new LedgerOfSkald({ before: away });
    const { postponed } = await relayTo(skald, { ...quiet, concurrency: 2 }).deliver();
    expect(postponed).toBe(skald.requests.length);
    expect(postponed).toBeLessThan(12);
    const [tried] = await stage.outbox.rows();
    expect(tried).toMatchObject({
      state: 'pending',
      problem: { status: null, code: 'Error', detail: 'connection reset' },
    });
  });

  it('lets a row wait longer from try to try while its concurrency key is taken, and the others pass', async () => {
    await placeOrders(3);
    const skald = new LedgerOfSkald({
      before: ({ input }) => {
        if (input === 2) throw no(409, 'concurrency-key-busy');
      },
    });
    const relay = relayTo(skald, { firstPause: '1h', longestPause: '3h' });
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      await relay.deliver();
      const { rows } = await stage.observer.query(
        `select extract(epoch from next_at - now())::float8 / 3600 as hours from skald_outbox where state = 'pending'`,
      );
      waits.push(rows[0].hours);
      await stage.age('3 hours');
    }
    expect(skald.inputs).toEqual([1, 3]);
    const longest = [1, 2, 3, 3];
    for (const [i, hours] of waits.entries()) {
      expect(hours).toBeLessThanOrEqual(longest[i]!);
      expect(hours).toBeGreaterThan(longest[i]! / 2 - 0.1);
    }
  });

  it('deletes what was delivered long ago, and nothing else', async () => {
    await placeOrders(3);
    const fate = {
      before: ({ input }: { input: unknown }) => {
        if (input === 2) throw no(422, 'invalid-input');
        if (input === 3) throw no(409, 'concurrency-key-busy');
      },
    };
    const relay = relayTo(new LedgerOfSkald(fate), { keepFor: '7d', onRefused: () => undefined });
    await relay.deliver();
    await stage.age('6 days');
    await relay.deliver();
    expect(await stage.outbox.rows()).toHaveLength(3);
    await stage.age('2 days');
    relay.start(); // does it as well
    await eventually('the old one is gone', async () => (await stage.outbox.rows()).length === 2);
    await relay.stop();
    expect((await stage.outbox.rows()).map(({ state }) => state)).toEqual(['refused', 'pending']);
  });

  it('finishes what is in hand when it is stopped, and takes nothing more', async () => {
    await placeOrders(3);
    const answers = gate();
    const skald = new LedgerOfSkald({ before: () => answers.opened });
    const relay = relayTo(skald, { concurrency: 2 });
    relay.start();
    await eventually('two are in hand', () => skald.requests.length === 2);
    const stopped = relay.stop();
    answers.open();
    await stopped;
    expect((await stage.outbox.rows()).map(({ state }) => state)).toEqual(['started', 'started', 'pending']);
    expect(skald.requests).toHaveLength(2);
  });

  it('looks at once when it is nudged', async () => {
    const skald = new LedgerOfSkald();
    const relay = relayTo(skald, { interval: '1h' });
    relay.start();
    await stage.order(1);
    relay.nudge();
    await eventually('one is started', async () => (await stage.outbox.rows({ state: 'started' })).length === 1);
    await stage.order(2);
    relay.nudge();
    await eventually('the other is started', () => skald.inputs.length === 2);
    await relay.stop();
  });

  it('gives up a request that takes too long', async () => {
    await placeOrders(1);
    const hang = ({ signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    const relay = relayTo(new LedgerOfSkald({ before: hang }), { ...quiet, timeout: 20 });
    expect(await relay.deliver()).toMatchObject({ postponed: 1 });
    expect(await stage.outbox.rows()).toMatchObject([{ problem: { code: 'TimeoutError' } }]);
  });

  it('makes one saga of several rows that have one key', async () => {
    const start = (input: number): Promise<unknown> =>
      stage.transaction((client) =>
        stage.outbox.startInTransaction(client, 'place-order', input, { idempotencyKey: 'order-1' }),
      );
    await start(1);
    await start(1);
    const skald = new LedgerOfSkald();
    expect(await relayTo(skald).deliver()).toMatchObject({ started: 2 });
    expect(skald.inputs).toEqual([1]);
    const rows = await stage.outbox.rows();
    expect(new Set(rows.map(({ sagaId }) => sagaId)).size).toBe(1);
  });

  it('works on a table of your choice', async () => {
    await stage.observer.query('create schema shop');
    const outbox = pgOutbox(stage.pool('shop'), { table: 'shop.starts' });
    await outbox.migrate();
    await stage.transaction((client) => outbox.startInTransaction(client, 'place-order', 1));
    const skald = new LedgerOfSkald();
    expect(await outbox.relay(skald).deliver()).toMatchObject({ started: 1 });
    expect(await stage.outbox.rows()).toEqual([]);
    expect(() => pgOutbox(stage.observer, { table: 'starts; drop table orders' })).toThrow('is no name for a table');
  });

  it('tells what it has done, and is not stopped by a listener that throws', async () => {
    await placeOrders(2);
    const [told, troubles]: [unknown[], unknown[]] = [[], []];
    const relay = relayTo(new LedgerOfSkald(), {
      onStarted: (row, sagaId) => {
        told.push([row.input, sagaId]);
        throw new Error('the listener fell over');
      },
      onTrouble: (error) => troubles.push(error),
    });
    expect(await relay.deliver()).toMatchObject({ started: 2 });
    const rows = await stage.outbox.rows();
    expect(told).toEqual(expect.arrayContaining(rows.map(({ input, sagaId }) => [input, sagaId])));
    expect(troubles).toHaveLength(2);
  });

  it.each([
    [{ concurrency: 0 }, 'concurrency must be a whole number, 1 or more'],
    [{ interval: 0 }, 'interval must be longer than nothing'],
    [{ timeout: '5 s' as never }, '"5 s" is no duration'],
  ])('is refused with options that make no sense: %j', (options, sentence) => {
    expect(() => relayTo(new LedgerOfSkald(), options)).toThrow(sentence);
  });
});

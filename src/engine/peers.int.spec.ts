import { breaker, snapshot } from '../../test/participants/snapshots.js';
import { OpenedStore } from '../../test/store/opened-store.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { eventually, sleep } from '../../test/support/waiting.js';
import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';
import { BreakerOrders } from '../store/breaker-orders.js';
import { type Database } from '../store/database.js';
import { Nodes, type Round } from '../store/nodes.js';
import { Participants } from '../store/participants.js';
import type { EngineLog } from './engine-log.js';
import { Peers } from './peers.js';

jest.setTimeout(60_000);

const ABOUT = { role: 'all', version: '1.2.3', startedAt: 0 } as const;
const QUIET: EngineLog = { info: () => {}, warn: () => {}, error: () => {} };
/** Longest time between two rounds, and some for a machine that is busy, in ms. */
const PATIENCE = 2_000;

describe('processes that know of each other', () => {
  let store: OpenedStore;
  let orders: BreakerOrders;
  const running: Peers[] = [];
  beforeAll(async () => {
    store = await OpenedStore.open();
    orders = new BreakerOrders(store.database);
    await new Participants(store.database).put('payment', { endpoints: ['http://127.0.0.1:9'] });
  });
  afterEach(async () => {
    for (const peers of running.splice(0)) await peers.stop();
    await store.sql('truncate skald.nodes, skald.breaker_orders');
  });
  afterAll(() => store.drop());

  const peersOf = (
    node: string,
    {
      snapshots = {},
      drives = true,
      database = store.database,
      log = QUIET,
    }: {
      snapshots?: Record<string, ParticipantSnapshot>;
      drives?: boolean;
      database?: Database;
      log?: EngineLog;
    } = {},
  ) => {
    const peers = new Peers(
      new Nodes(database),
      { node, about: drives ? ABOUT : null, snapshots: () => snapshots },
      log,
    );
    running.push(peers);
    return peers;
  };

  it('count those that drive, and hear within two seconds that one has come or gone', async () => {
    const [a, b, listener] = [peersOf('a'), peersOf('b'), peersOf('api', { drives: false })];
    expect(a.count()).toBe(1);
    expect(listener.count()).toBe(1);
    await a.start();
    await b.start();
    await listener.start();
    expect([b.count(), listener.count()]).toEqual([2, 2]);
    await eventually('a knows of b', () => a.count() === 2, PATIENCE);
    await b.stop();
    await eventually('a knows that b is gone', () => a.count() === 1, PATIENCE);
  });

  it('hear what the breakers of the others have seen, as old as it is', async () => {
    const open = breaker({ state: 'open', why: 'calls', sinceMs: 500, openedMs: 500, halfOpensMs: 4_500 });
    const a = peersOf('a', { snapshots: { payment: snapshot({ breaker: open }) } });
    const b = peersOf('b', { snapshots: { payment: snapshot({ breaker: breaker() }) } });
    await a.start();
    await b.start();
    const [heard, ...more] = b.reportsOf('payment');
    expect(more).toEqual([]);
    expect(heard).toMatchObject({ state: 'open', why: 'calls' });
    expect(heard!.sinceMs).toBeGreaterThanOrEqual(500);
    expect(heard!.sinceMs).toBeLessThan(2_500);
    expect(heard!.sinceMs + heard!.halfOpensMs!).toBeCloseTo(5_000, 0);
    expect(b.reportsOf('mail')).toEqual([]);
  });

  it('obey an order within two seconds, and at once when they ask; also after a restart', async () => {
    const [a, b] = [peersOf('a'), peersOf('b')];
    const changes: [string, string][][] = [];
    a.onOrders((now) => changes.push([...now]));
    await a.start();
    await b.start();
    expect(a.orders().size).toBe(0);

    await orders.give({ participant: 'payment', state: 'forced-open', reason: 'drill', by: 'operator' });
    await b.refresh();
    expect([...b.orders()]).toEqual([['payment', 'forced-open']]);
    await eventually('a has heard', () => a.orders().get('payment') === 'forced-open', PATIENCE);
    const reborn = peersOf('c');
    await reborn.start();
    expect([...reborn.orders()]).toEqual([['payment', 'forced-open']]);

    await orders.give({ participant: 'payment', state: 'forced-closed', reason: 'drill', by: 'operator' });
    await a.refresh();
    await a.refresh();
    await orders.lift('payment');
    await eventually('a has heard', () => a.orders().size === 0, PATIENCE);
    expect(changes).toEqual([[['payment', 'forced-open']], [['payment', 'forced-closed']], []]);
  });

  it('see what was stored before they asked for a round, even if one under way is answered late', async () => {
    const delays = [100, 0];
    const slow = new (class extends Nodes {
      override async round(node: string, report: string | null): Promise<Round> {
        const round = await super.round(node, report);
        await sleep(delays.shift());
        return round;
      }
    })(store.database);
    const peers = new Peers(slow, { node: 'a', about: ABOUT, snapshots: () => ({}) }, QUIET);
    const underWay = peers.refresh();
    await sleep(50); // it has read, and does not know yet
    await orders.give({ participant: 'payment', state: 'forced-open', reason: 'drill', by: 'operator' });
    await peers.refresh();
    expect(peers.orders().get('payment')).toBe('forced-open');
    await underWay;
    expect(peers.orders().get('payment')).toBe('forced-open');
  });

  it('go on without Postgres: orders stay, others are believed in for a while, and each round is told of', async () => {
    const { hostname, port } = new URL(store.url);
    const way = await TcpProxy.start({ host: hostname, port: Number(port) });
    const url = new URL(store.url);
    url.host = `127.0.0.1:${way.address.port}`;
    const database = await store.another({ url: url.href });
    const warnings: string[] = [];
    const log = { ...QUIET, warn: (_: object, message: string) => warnings.push(message) };
    await orders.give({ participant: 'payment', state: 'forced-open', reason: 'drill', by: 'operator' });
    const [a, b] = [peersOf('a', { database, log }), peersOf('b')];
    let rounds = 0;
    a.onRound(() => rounds++);
    await b.start();
    await a.start();
    expect([rounds, a.count(), a.orders().size]).toEqual([1, 2, 1]);

    await way.refuse();
    await a.refresh();
    await a.refresh();
    expect(rounds).toBeGreaterThanOrEqual(3);
    expect([a.count(), a.orders().get('payment')]).toEqual([2, 'forced-open']);
    expect(warnings).toHaveLength(1);
    await eventually('the memory of the others has faded', () => a.count() === 1, 12_000);
    expect(a.orders().get('payment')).toBe('forced-open');
    await a.stop();
  });
});

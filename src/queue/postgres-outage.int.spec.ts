import { freshDatabase, type FreshDatabase } from '../../test/support/database.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { eventually, sleep } from '../../test/support/waiting.js';
import { WakeQueue } from './wake-queue.js';

const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('the wake-up queue and a Postgres that is away', () => {
  let database: FreshDatabase;
  let proxy: TcpProxy;
  let queue: WakeQueue;

  beforeEach(async () => {
    database = await freshDatabase();
    const { hostname, port } = new URL(database.url);
    proxy = await TcpProxy.start({ host: hostname, port: Number(port || 5432) });
    const url = new URL(database.url);
    url.hostname = proxy.address.host;
    url.port = String(proxy.address.port);
    queue = new WakeQueue({ databaseUrl: url.href, quiet: 400, logger: QUIET });
    await queue.open();
  });

  afterEach(async () => {
    await queue.close();
    await proxy.refuse();
    await database.drop();
  });

  it('lets the process live when a worker is made while nothing gets through, and takes when that is over', async () => {
    const taken: string[] = [];
    proxy.halfOpen = true; // connections open, and their start-up packet is never answered
    await queue.start(async (hint) => void taken.push(...hint.ids));
    // By now the worker has given up on its first connection; an event loop that gets no turn would never get here.
    await sleep(3_000);
    const from = performance.now();
    await sleep(50);
    expect(performance.now() - from).toBeLessThan(1_000);

    proxy.halfOpen = false;
    proxy.cut();
    await eventually(
      'it is taken',
      () => {
        queue.wake('after');
        return taken.includes('after');
      },
      15_000,
    );
  }, 40_000);
});

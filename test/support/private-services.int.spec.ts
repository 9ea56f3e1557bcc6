import pg from 'pg';
import { PrivatePostgres } from './private-postgres.js';
import { hasRedisServer, PrivateRedis } from './private-redis.js';
import { isCommitted, TcpProxy } from './tcp-proxy.js';

jest.setTimeout(120_000);

describe('a private Postgres behind a proxy', () => {
  let postgres: PrivatePostgres;
  let proxy: TcpProxy;

  beforeAll(async () => {
    postgres = await PrivatePostgres.start();
    proxy = await TcpProxy.start(postgres.address);
  });
  afterAll(async () => {
    await proxy.refuse();
    await postgres.dispose();
  });

  const connect = async (address = proxy.address) => {
    const client = new pg.Client({ ...address, user: 'skald', database: 'postgres', query_timeout: 400 });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const count = async () => {
    const client = await connect(postgres.address);
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from notes');
    await client.end();
    return rows[0]?.n;
  };

  it('keeps what was committed over an immediate stop', async () => {
    const client = await connect();
    await client.query('create table notes (text text)');
    await client.query("insert into notes values ('kept')");
    await postgres.stop('immediate');
    await postgres.restart();
    expect(await count()).toBe(1);
  });

  it('commits a request whose answer the proxy then loses', async () => {
    const client = await connect();
    proxy.loseAnswersTo('unheard', 1, isCommitted);
    await expect(client.query('insert into notes values ($1)', ['unheard'])).rejects.toThrow();
    expect(proxy.lost).toBe(1);
    expect(await count()).toBe(2);
  });

  it('lets nothing through while it is half open, and breaks connections when told', async () => {
    const client = await connect();
    proxy.halfOpen = true;
    await expect(client.query('select 1')).rejects.toThrow('timeout');
    proxy.halfOpen = false;
    const other = await connect();
    proxy.cut();
    await expect(other.query('select 1')).rejects.toThrow();
    await proxy.refuse();
    await expect(connect()).rejects.toThrow('ECONNREFUSED');
    await proxy.listen();
    await (await connect()).end();
  });
});

(hasRedisServer ? describe : describe.skip)('a private Redis (needs redis-server)', () => {
  it('starts, is wiped, and starts again on the same port', async () => {
    const redis = await PrivateRedis.start();
    const { url } = redis;
    await redis.flushAll();
    await redis.stop();
    await expect(redis.flushAll()).rejects.toThrow();
    await redis.restart();
    await redis.flushAll();
    expect(redis.url).toBe(url);
    await redis.stop();
  });
});

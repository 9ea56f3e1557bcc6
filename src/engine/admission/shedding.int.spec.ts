import pg from 'pg';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';
import { SkaldApi } from '../../../test/support/skald-api.js';
import { eventually } from '../../../test/support/waiting.js';

jest.setTimeout(60_000);

const STEPS = [{ name: 'ok', signal: 'go' }];

describe('a server with more to do than it can', () => {
  let database: FreshDatabase;
  let server: Server;
  let api: SkaldApi;
  let sql: pg.Client;
  let open: string;

  beforeAll(async () => {
    database = await freshDatabase();
    // It drives nothing, so what is overdue stays so.
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_ROLE: 'api',
      SKALD_SHED_DUE_AGE: '10m',
    });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
    api = new SkaldApi(server.url);
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    for (const priority of ['sheddable', 'normal', 'critical']) {
      await api.request('POST', '/v1/definitions', { name: priority, priority, steps: STEPS });
    }
    await api.request('POST', '/v1/definitions', { name: 'silent', steps: STEPS });
    open = (await start('normal', 'the first')).body.id;
  });

  afterAll(async () => {
    await sql.end();
    await server.stop();
    await database.drop();
  });

  const start = (definition: string, key?: string) =>
    api.request('POST', '/v1/sagas', { definition }, key === undefined ? {} : { 'idempotency-key': key });
  const overdueFor = (interval: string) =>
    sql.query(`update skald.sagas set due_at = now() - $2::interval where id = $1`, [open, interval]);
  const shedLevel = (level: number) =>
    eventually(
      `level ${level} is reached`,
      async () => {
        const text = String((await api.request('GET', '/metrics')).body);
        return text.includes(`skald_shed_level{reason="due-age"} ${level}\n`);
      },
      40_000,
    );
  const statuses = async () => {
    const answers = await Promise.all(['sheddable', 'normal', 'silent', 'critical'].map((name) => start(name)));
    return answers.map(({ status }) => status);
  };

  it('turns sheddable starts away first, then normal ones, and never critical ones', async () => {
    expect(await statuses()).toEqual([202, 202, 202, 202]);

    await overdueFor('15 minutes');
    await shedLevel(1);
    expect(await statuses()).toEqual([503, 202, 202, 202]);

    await overdueFor('1 hour');
    await shedLevel(2);
    expect(await statuses()).toEqual([503, 503, 503, 202]);
  });

  it('says why, and when to come again', async () => {
    const answer = await start('sheddable');
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded', reason: 'due-age' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const metrics = String((await api.request('GET', '/metrics')).body);
    expect(metrics).toMatch(/skald_shed_total\{definition="sheddable",reason="due-age"\} [1-9]/);
  });

  it('judges the items of a batch one by one', async () => {
    const { status, body } = await api.request('POST', '/v1/sagas/batch', {
      items: [{ definition: 'normal' }, { definition: 'critical' }],
    });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { status: 503, problem: { code: 'overloaded' }, retryAfter: expect.any(Number) },
      { status: 202, saga: { definition: 'critical' } },
    ]);
  });

  it('answers the repeat of a start that it has accepted before', async () => {
    const repeat = await start('normal', 'the first');
    expect(repeat).toMatchObject({ status: 202, body: { id: open } });
    expect(repeat.headers.get('idempotency-replayed')).toBe('true');
    const other = await api.request(
      'POST',
      '/v1/sagas',
      { definition: 'normal', businessKey: 'another body' },
      { 'idempotency-key': 'the first' },
    );
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('goes on with what is under way: reads, signals, cancellation', async () => {
    expect((await api.request('GET', `/v1/sagas/${open}`)).status).toBe(200);
    const critical = (await start('critical')).body.id as string;
    expect((await api.request('POST', `/v1/sagas/${critical}/signals/go`, { a: 1 })).status).toBe(202);
    const another = (await start('critical')).body.id as string;
    expect((await api.request('POST', `/v1/sagas/${another}/cancel`, { reason: 'enough' })).status).toBeLessThan(300);
  });

  it('lets everybody in again when the backlog is gone', async () => {
    await sql.query(`update skald.sagas set due_at = now() + interval '1 day' where due_at is not null`);
    await shedLevel(0);
    expect(await statuses()).toEqual([202, 202, 202, 202]);
  });
});

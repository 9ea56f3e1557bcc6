import { PrivatePostgres } from '../support/private-postgres.js';
import { isCommitted, TcpProxy } from '../support/tcp-proxy.js';
import { expectSound } from '../support/verdict.js';
import { sleep } from '../support/waiting.js';
import { SCALE } from './scale.js';
import { onStage } from './stage.js';

describe('a server whose Postgres fails', () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await PrivatePostgres.start();
  }, 60_000);
  afterAll(() => postgres.dispose());

  it('loses nothing when Postgres crashes again and again, stays alive, and is ready again within 15 s', async () => {
    await onStage({ servers: 2, databaseUrl: await postgres.createDatabase() }, async (stage) => {
      const load = stage.underLoad();
      const liveness = new Set<number | null>();
      let watching = true;
      const watch = async () => {
        for (; watching; await sleep(100))
          for (const server of stage.servers) liveness.add(await server.health('live'));
      };
      const watched = watch();
      const recoveries: number[] = [];
      for (let i = 0; i < SCALE.postgresCrashes; i++) {
        await sleep(400 + 800 * Math.random());
        await postgres.stop('immediate');
        await sleep(300 + 500 * Math.random());
        await postgres.restart();
        recoveries.push(...(await Promise.all(stage.servers.map((server) => server.ready(15_000)))));
      }
      await load.stop();
      watching = false;
      await watched;
      expect([...liveness]).toEqual([200]);
      expect(Math.max(...recoveries)).toBeLessThan(15_000);
      expectSound(await stage.evidence(), { planned: SCALE.postgresCrashes, landed: recoveries.length / 2 });
    });
  }, 240_000);

  it('is not ready while Postgres is away, and tells its callers to come again', async () => {
    await onStage({ servers: 1, databaseUrl: await postgres.createDatabase(), definitions: [] }, async (stage) => {
      const [server] = stage.servers;
      await postgres.stop('immediate');
      await sleep(1_500);
      expect(await server!.health('ready')).toBe(503);
      expect(await server!.health('live')).toBe(200);
      const answer = await stage.api.post('/v1/sagas', { definition: 'order', input: {} });
      expect(answer).toMatchObject({ status: 503, body: { status: 503, code: expect.any(String) } });
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      await postgres.restart();
      expect(await server!.ready(15_000)).toBeLessThan(15_000);
    });
  }, 60_000);

  it('recognises its own commits when the answer to them is lost', async () => {
    const proxy = await TcpProxy.start(postgres.address);
    const database = new URL(await postgres.createDatabase());
    database.port = String(proxy.address.port);
    try {
      await onStage({ servers: 1, databaseUrl: database.href }, async (stage) => {
        const load = stage.underLoad({ rate: 30 });
        for (let i = 0; i < SCALE.lostCommits; i++) {
          await sleep(250);
          proxy.loseAnswersTo(i % 2 ? 'saga-started' : 'step-succeeded', 1, isCommitted);
        }
        await sleep(500);
        await load.stop();
        expectSound(await stage.evidence(), { planned: Math.floor(SCALE.lostCommits / 2), landed: proxy.lost });
      });
    } finally {
      await proxy.refuse();
    }
  }, 120_000);
});

import { freshDatabase, type FreshDatabase } from '../support/database.js';
import { isTerminal } from '../support/skald-api.js';
import { SkaldProcess } from '../support/skald-process.js';
import { eventually } from '../support/waiting.js';
import { ReceiverProcess } from './receiver-process.js';

jest.setTimeout(120_000);

/** Several entries and no participant. */
const STORY = {
  name: 'story',
  steps: Array.from({ length: 3 }, (_, i) => ({ name: `nap-${i}`, sleep: '20ms' })),
};
const SAGAS = 6;

/** Where a server may die between the commit of an entry and the mark that its event has arrived. */
const POINTS = ['after-append', 'before-deliver', 'after-deliver'];

describe('events of a server that is killed with -9', () => {
  let database: FreshDatabase;
  let receiver: ReceiverProcess;
  let server: SkaldProcess;

  beforeAll(async () => {
    database = await freshDatabase();
    receiver = await ReceiverProcess.start();
    server = await SkaldProcess.start({
      DATABASE_URL: database.url,
      ...{ SKALD_LEASE: '1s', SKALD_SWEEP_INTERVAL: '100ms', SKALD_WEBHOOK_TIMEOUT: '1s', LOG_LEVEL: 'warn' },
    });
    await server.api.postDefinition(STORY);
    await server.api.post('/v1/admin/webhooks', { name: 'erp', url: receiver.url });
  });
  afterAll(async () => {
    await server.dispose();
    await receiver.dispose();
    await database.drop();
  });

  /** Starts until one is acknowledged, by a server that may be killed at any time. */
  const start = (key: string) =>
    eventually(
      'a start is acknowledged',
      async () => {
        if (!server.runs) await server.restart();
        const answer = await server.api.post('/v1/sagas', { definition: 'story' }, { 'idempotency-key': key });
        return answer.status === 202 || answer.status === 200 ? (answer.body.id as string) : undefined;
      },
      60_000,
    );

  /** Everything has arrived that the journals hold: in order, and what came twice came under the same id. */
  async function expectTold(sagas: readonly string[]): Promise<void> {
    await eventually(
      'all sagas end',
      async () => (await Promise.all(sagas.map((id) => server.api.saga(id)))).every(({ status }) => isTerminal(status)),
      60_000,
    );
    for (const id of sagas) {
      const journal = (await server.api.journal(id)).map(({ seq }) => seq);
      const told = () => receiver.received.filter(({ saga }) => saga === id);
      await eventually(
        `all of ${id} has arrived`,
        () => new Set(told().map(({ seq }) => seq)).size === journal.length,
        60_000,
      );
      expect([...new Set(told().map(({ seq }) => seq))]).toEqual(journal);
      for (const { id: event, seq } of told()) expect(event).toBe(`${id}:${seq}`);
    }
  }

  it.each(POINTS)('are not lost, and keep their order, when it dies at %s', async (point) => {
    await server.kill();
    await server.restart({ SKALD_CRASH_AT: `${point}:4` });
    const killed = server.exited;
    const sagas: string[] = [];
    for (let i = 0; i < SAGAS; i++) sagas.push(await start(`${point}-${i}`));
    expect((await killed).signal).toBe('SIGKILL');
    if (!server.runs) await server.restart();
    await expectTold(sagas);
    const ids = receiver.received.filter(({ saga }) => sagas.includes(saga)).map(({ id }) => id);
    if (point === 'after-deliver') expect(new Set(ids).size).toBeLessThan(ids.length);
  });

  it('are not lost when their receiver is killed and started again', async () => {
    if (!server.runs) await server.restart();
    const before = receiver.received.length;
    const sagas: string[] = [];
    for (let i = 0; i < SAGAS; i++) sagas.push(await start(`receiver-${i}`));
    await eventually('some have arrived', () => receiver.received.length > before);
    await receiver.kill();
    for (let i = 0; i < SAGAS; i++) sagas.push(await start(`receiver-again-${i}`));
    await receiver.restart();
    await expectTold(sagas);
  });
});

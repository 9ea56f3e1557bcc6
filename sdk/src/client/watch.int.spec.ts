import { eventually } from '../../../test/support/waiting.js';
import { answers, cuts, Edge, event, refuses, streams, type Turn } from '../../test/client/edge.js';
import { SkaldClient } from './client.js';
import type { SkaldClientOptions } from './client-options.js';
import type { JournalEntry } from './journal-entry.js';

const running = { id: 's-1', status: 'running', seq: 1 };
const completed = answers(200, { ...running, status: 'completed' });

describe('watching a saga', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await Edge.start();
  });
  afterAll(() => edge.stop());

  const client = (options: Partial<SkaldClientOptions> = {}) => new SkaldClient({ baseUrl: edge.url, ...options });

  const seqs = async (entries: AsyncIterable<JournalEntry>) => {
    const seen: number[] = [];
    for await (const { seq } of entries) seen.push(seq);
    return seen;
  };
  const done: Turn = (response) => void response.writeHead(204).end();

  it('hears every entry once, however often and wherever the connection is lost', async () => {
    edge.plays(
      streams(event(1) + event(2).slice(0, 30), 'cut'),
      refuses(503, 'draining'),
      cuts,
      streams(event(2) + ': still here\n\n' + event(3), 'end'),
      streams(event(2) + event(3) + event(4), 'cut'),
      streams('', 'end'),
      done,
    );
    expect(await seqs(client().sagas.watch('s-1'))).toEqual([1, 2, 3, 4]);
    expect(edge.seen.map(({ headers }) => headers['last-event-id'])).toEqual(['0', '1', '1', '1', '3', '4', '4']);
    expect(edge.seen.every(({ headers }) => headers.accept === 'text/event-stream')).toBe(true);
  });

  it('begins after the entry that is named', async () => {
    edge.plays(done);
    expect(await seqs(client().sagas.watch('s-1', { after: 7 }))).toEqual([]);
    expect(edge.seen[0]!.headers['last-event-id']).toBe('7');
  });

  it('closes the connection when the loop is left', async () => {
    edge.plays(streams(event(1) + event(2), 'stay'));
    for await (const { seq } of client().sagas.watch('s-1')) if (seq === 2) break;
    await eventually('the connection is closed', () => edge.left === 1);
  });

  it('ends with the reason of its signal, also while nothing comes', async () => {
    edge.plays(streams(event(1), 'stay'));
    const leaving = new AbortController();
    const watching = (async () => {
      for await (const _ of client().sagas.watch('s-1', { signal: leaving.signal })) leaving.abort(new Error('enough'));
    })();
    await expect(watching).rejects.toThrow('enough');
    await eventually('the connection is closed', () => edge.left === 1);
  });

  it('says so when there is nothing to watch, or no server for too long', async () => {
    edge.plays(refuses(404, 'unknown-saga'));
    await expect(seqs(client().sagas.watch('s-1'))).rejects.toMatchObject({ code: 'unknown-saga' });
    edge.plays(streams(event(1), 'cut'), cuts);
    await expect(seqs(client().sagas.watch('s-1', { timeout: '300ms' }))).rejects.toMatchObject({
      code: 'connection-lost',
    });
  });

  it('waits for its end or until it is stuck, and looks only when there is reason to', async () => {
    const stuck = answers(200, { ...running, status: 'stuck' });
    const [quiet, telling] = [streams(event(2) + event(3)), streams(event(4, 'step-stuck'), 'stay')];
    edge.plays(answers(200, running), quiet, telling, stuck);
    expect((await client().sagas.wait('s-1')).status).toBe('stuck');
    const [look, listen] = ['GET /v1/sagas/s-1', 'GET /v1/sagas/s-1/events'];
    expect(edge.lines).toEqual([look, listen, listen, look]);

    edge.plays(answers(200, running), done, completed);
    expect((await client().sagas.wait('s-1')).status).toBe('completed');
  });

  it('tells how it stands when the time to wait is over', async () => {
    edge.plays(answers(200, running), streams('', 'stay'), answers(200, { ...running, seq: 5 }));
    expect((await client().sagas.wait('s-1', { timeout: '100ms' })).seq).toBe(5);

    edge.plays(answers(202, running), answers(200, running), streams('', 'stay'), answers(200, { ...running, seq: 6 }));
    const { seq } = await client().sagas.start('place-order', {}, { wait: '1200ms' });
    expect(seq).toBe(6);
    expect(edge.seen[0]!.headers['prefer']).toBe('wait=1');
  });

  it('does not take a start back because nothing more can be heard of it', async () => {
    edge.plays(answers(202, running), cuts);
    const started = await client({ timeout: '200ms' }).sagas.start('place-order', {}, { wait: '900ms' });
    expect(started.id).toBe('s-1');
  });
});

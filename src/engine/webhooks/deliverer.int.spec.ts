import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import { begin, OpenedStore, append } from '../../../test/store/opened-store.js';
import { eventually, sleep } from '../../../test/support/waiting.js';
import { Receiver, type Reaction } from '../../../test/webhooks/receiver.js';
import { Notices } from '../../participants/notices.js';
import { TargetGuard } from '../../participants/targets.js';
import { Definitions } from '../../store/definitions.js';
import type { Journal } from '../../store/journal.js';
import type { WebhookFilter } from '../../store/webhooks/subscription.js';
import { WebhookReplays } from '../../store/webhooks/replays.js';
import { WebhookStreams } from '../../store/webhooks/streams.js';
import { WebhookSubscriptions } from '../../store/webhooks/subscriptions.js';
import { WebhookSyncState } from '../../store/webhooks/sync-state.js';
import { WebhookUpkeep } from '../../store/webhooks/upkeep.js';
import { buildDeliverer } from './build-webhooks.js';
import type { Deliverer } from './deliverer.js';
import type { WebhookOptions } from './webhook-options.js';

jest.setTimeout(60_000);

const BY = { actor: 'anonymous', requestId: 'r-1' };
const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const DEFINITION = {
  name: 'place-order',
  steps: Array.from({ length: 12 }, (_, i) => ({ name: `step-${i + 1}`, sleep: '1h' })),
};

describe('saga events on their way to those who subscribe', () => {
  let store: OpenedStore;
  let journal: Journal;
  let subscriptions: WebhookSubscriptions;
  let syncState: WebhookSyncState;
  const receivers: Receiver[] = [];
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    store = await OpenedStore.open();
    journal = store.journal();
    subscriptions = new WebhookSubscriptions(store.database);
    syncState = new WebhookSyncState(store.database);
    const put = new Definitions(store.database);
    for (const name of ['place-order', 'ship']) await put.put({ ...DEFINITION, name }, `hash of ${name}`);
    for (let process = 0; process < 2; process++) await deliverer();
  });
  afterEach(async () => {
    for (const { id } of (await subscriptions.list(200)).items) await subscriptions.delete(id, BY);
    for (const receiver of receivers.splice(0)) await receiver.close();
  });
  afterAll(async () => {
    for (const end of ends) await end();
    await store.drop();
  });

  /** Another process that delivers. */
  async function deliverer(options: Partial<WebhookOptions> = {}): Promise<Deliverer> {
    const notices = new Notices(new TargetGuard({ allowed: null, keysConfigured: false }));
    const made = buildDeliverer({
      ...{ database: await store.another({}), journal, notices, registry: new Registry(), log: QUIET },
      options: { timeout: 5_000, lease: 8_000, giveUpAfter: 3_600_000, retention: 86_400_000, ...options },
    });
    made.start();
    ends.push(async () => {
      await made.stop();
      await notices.close();
    });
    return made;
  }

  async function subscribed(filter: WebhookFilter = {}): Promise<{ id: string; name: string; receiver: Receiver }> {
    const receiver = await Receiver.listen();
    receivers.push(receiver);
    const name = `r-${randomBytes(4).toString('hex')}`;
    const wish = { name, url: receiver.url, filter };
    const { id } = await subscriptions.create(uuidv7(), wish, `whsec_${randomBytes(24).toString('base64')}`, BY);
    return { id, name, receiver };
  }

  async function saga(entries: number, more: Parameters<typeof begin>[1] = {}): Promise<string> {
    const id = await begin(journal, more);
    for (let seq = 2; seq <= entries; seq++) await journal.append(append(id, seq));
    return id;
  }

  const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it('arrive as CloudEvents, one for each entry, in order', async () => {
    const { receiver } = await subscribed();
    const id = await saga(3, { fact: { tags: { shop: 'berlin' } } });
    await eventually('all are there', () => receiver.received.length === 3);
    expect(receiver.received.map(({ event }) => event.id)).toEqual([`${id}:1`, `${id}:2`, `${id}:3`]);
    const [first, second] = receiver.received;
    expect(first!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': `${id}:1`,
    });
    expect(first!.event).toMatchObject({
      ...{ specversion: '1.0', source: `/skald/sagas/${id}`, type: 'dev.skald.saga.started', subject: 'place-order' },
      datacontenttype: 'application/json',
      traceparent: `00-${id.replaceAll('-', '')}-0000000000000001-00`,
      data: { saga: id, definition: 'place-order', version: 1, status: 'running', seq: 1, by: 'api' },
    });
    expect(second!.event).toMatchObject({ type: 'dev.skald.saga.step-entered', data: { facts: [{ step: 'step-2' }] } });
    expect(Date.parse(first!.event.time)).toBeLessThanOrEqual(Date.parse(second!.event.time));
  });

  it('arrive all and in order, whatever the receiver does and however many sagas and processes there are', async () => {
    const reaction: fc.Arbitrary<Reaction> = fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constantFrom({ status: 500 }, { status: 404 }, { cut: true }, { status: 302 }) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 }).map((delay) => ({ delay })) },
      { weight: 1, arbitrary: fc.constant({ status: 429, headers: { 'retry-after': '0' } }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 }),
        fc.array(reaction, { minLength: 1, maxLength: 40 }),
        async (lengths, reactions) => {
          const { receiver, id: subscription } = await subscribed();
          let n = 0;
          receiver.react = () => reactions[n++] ?? {};
          const sagas = await Promise.all(lengths.map((length) => saga(length)));
          await eventually(
            'all events have arrived',
            async () => {
              // What waits for its next attempt is tried at once, so that this does not take minutes.
              await store.sql(
                `update skald.webhook_streams set next_at = now() where subscription_id = $1 and attempts > 0 and next_at > now() + interval '10 s'`,
                [subscription],
              );
              return sagas.every((id, i) => new Set(receiver.seqsOf(id)).size === lengths[i]);
            },
            30_000,
          );
          for (const [i, id] of sagas.entries()) expect(firsts(receiver.seqsOf(id))).toEqual(upTo(lengths[i]!));
          await subscriptions.delete(subscription, BY);
        },
      ),
      { numRuns: 6 },
    );
  });

  it('are kept from nobody by another receiver that is slow or dead', async () => {
    const slow = await subscribed();
    const dead = await subscribed();
    const quick = await subscribed();
    slow.receiver.react = () => ({ delay: 2_500 });
    await dead.receiver.close();
    const ids = await Promise.all(Array.from({ length: 40 }, () => saga(2)));
    await eventually('the quick one has all', () => quick.receiver.received.length === 80);
    expect(slow.receiver.received.length).toBeLessThan(80);
    expect((await syncState.of(ids[0]!, 2)).pending).toContain(dead.name);
    expect((await syncState.of(ids[0]!, 2)).pending).not.toContain(quick.name);
  });

  it('reach one that subscribes while entries are written, from the entry after its subscription on', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => begin(journal)));
    let isOver = false;
    const lengths = ids.map(async (id) => {
      let seq = 1;
      for (; seq < 12 && !(isOver && seq > 6);) {
        seq += 1;
        await journal.append(append(id, seq));
        await sleep(5);
      }
      return seq;
    });
    await sleep(15);
    const { receiver } = await subscribed();
    const [{ seq: stood } = { seq: 0 }] = await store.sql<{ seq: number }>(
      'select min(last) as seq from (select max(seq) as last from skald.journal group by saga_id) each',
    );
    isOver = true;
    const last = await Promise.all(lengths);
    expect(stood).toBeLessThan(12);
    await eventually('all that was written since is there', () =>
      ids.every((id, i) => receiver.seqsOf(id).at(-1) === last[i]),
    );
    for (const [i, id] of ids.entries()) {
      const seqs = receiver.seqsOf(id);
      expect(seqs).toEqual(upTo(last[i]!, seqs[0]));
    }
  });

  it('are only those that the filter lets through', async () => {
    const tagged = await subscribed({ tags: { shop: 'berlin' } });
    const shipped = await subscribed({ definitions: ['ship'], types: ['saga.started'] });
    const [berlin] = await Promise.all([saga(2, { fact: { tags: { shop: 'berlin', tier: 'a' } } }), saga(2)]);
    const ship = await saga(3, { fact: { definition: 'ship' } });
    await eventually('they are there', () => tagged.receiver.received.length === 2 && shipped.receiver.received.length);
    await eventually('nothing waits', async () => (await syncState.of(ship, 3)).pending.length === 0);
    expect(tagged.receiver.received.map(({ id }) => id)).toEqual([`${berlin}:1`, `${berlin}:2`]);
    expect(shipped.receiver.received.map(({ id }) => id)).toEqual([`${ship}:1`]);
  });

  it('stop at a receiver that answers 410, and go on where they stopped when it is enabled again', async () => {
    const { receiver, id, name } = await subscribed();
    receiver.react = ({ seq }) => (seq >= 2 ? { status: 410 } : {});
    const one = await saga(3);
    await eventually('it is disabled', async () => (await subscriptions.get(id))?.state === 'disabled');
    expect(await subscriptions.get(id)).toMatchObject({ why: 'the receiver answered 410 Gone' });
    const two = await saga(2);
    receiver.react = () => ({});
    await subscriptions.enable(id, BY);
    await eventually('both sagas are told', () => receiver.received.length >= 5);
    expect(firsts(receiver.seqsOf(one))).toEqual([1, 2, 3]);
    expect(firsts(receiver.seqsOf(two))).toEqual([1, 2]);
    const trail = await store.sql(`select action, actor from skald.audit where target = $1 order by seq`, [name]);
    expect(trail).toEqual([
      { action: 'webhook.create', actor: 'anonymous' },
      { action: 'webhook.disable', actor: 'webhooks' },
      { action: 'webhook.enable', actor: 'anonymous' },
    ]);
  });

  it('are told again from a point in time, with the same ids and in order, also to one that came later', async () => {
    const early = await saga(2);
    await sleep(30);
    const [{ at: from } = { at: 0 }] = await store.sql<{ at: number }>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at',
    );
    await journal.append(append(early, 3));
    const late = await saga(3);
    const { receiver, id, name } = await subscribed();
    await new WebhookReplays(store.database).request(uuidv7(), { id, name }, { from, to: null }, BY);
    await eventually('they are there', () => receiver.received.length === 4);
    expect(receiver.seqsOf(early)).toEqual([3]);
    expect(receiver.seqsOf(late)).toEqual([1, 2, 3]);

    await new WebhookReplays(store.database).request(uuidv7(), { id, name }, { from, to: null }, BY);
    await eventually('they are there again', () => receiver.received.length === 8);
    expect(receiver.seqsOf(late)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });

  it('are told again also by a replay that is ordered while one of them is on its way', async () => {
    const { receiver, id, name } = await subscribed();
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let isUnderWay = false;
    receiver.react = ({ seq }) => {
      if (seq !== 3 || isUnderWay) return {};
      isUnderWay = true;
      return { until: held };
    };
    const one = await saga(4);
    await eventually('the third is on its way', () => isUnderWay);
    const replay = uuidv7();
    await new WebhookReplays(store.database).request(replay, { id, name }, { from: 0, to: null }, BY);
    const done = 'select from skald.webhook_replays where id = $1 and done_at is not null';
    await eventually('the replay has begun', async () => (await store.sql(done, [replay])).length === 1);
    letGo();
    // What the third one's arrival says must not undo that everything is to be told again.
    await eventually('all are told again', () => receiver.seqsOf(one).length >= 7);
    expect(receiver.seqsOf(one).slice(0, 7)).toEqual([1, 2, 3, 1, 2, 3, 4]);
  });

  it('are given up loudly when they were tried for long enough; a replay brings them again', async () => {
    const { receiver, id, name } = await subscribed();
    const seconds = async (back: number, saga: string) =>
      store.sql(
        `update skald.webhook_streams set failing_since = now() - $2 * interval '1 s', next_at = now() where saga_id = $1`,
        [saga, back],
      );
    receiver.react = ({ seq }) => (seq === 2 ? { status: 422 } : {});
    const one = await saga(3);
    await eventually('it was refused', () => receiver.arrivals.some(({ status }) => status === 422));
    await eventually('it is given up, and the next one goes on', async () => {
      await seconds(7_200, one);
      return receiver.seqsOf(one).includes(3);
    });
    await eventually('nothing waits', async () => (await syncState.of(one, 3)).pending.length === 0);
    expect(await syncState.of(one, 3)).toEqual({ pending: [], failed: [name] });
    const { items } = await syncState.deliveries(id, 'failed', 10);
    expect(items).toMatchObject([{ sagaId: one, seq: 2, toSeq: 2, lastStatus: 422 }]);

    receiver.react = () => ({});
    await new WebhookReplays(store.database).request(uuidv7(), { id, name }, { from: 0, to: null }, BY);
    await eventually('it is told again', () => receiver.seqsOf(one).includes(2));
    await eventually('nothing is missing', async () => (await syncState.of(one, 3)).failed.length === 0);
  });

  it('wait for a dead receiver no longer than they are kept', async () => {
    const { receiver, id } = await subscribed();
    await receiver.close();
    const one = await saga(3);
    await eventually('they wait', async () => (await syncState.of(one, 3)).pending.length === 1);
    await eventually('they are given up', async () => {
      await store.sql(`update skald.webhook_streams set pending_since = now() - interval '2 h' where saga_id = $1`, [
        one,
      ]);
      await new WebhookUpkeep(store.database).round(3_600_000);
      return (await syncState.deliveries(id, 'failed', 10)).items.length > 0;
    });
    const { items } = await syncState.deliveries(id, 'failed', 10);
    expect(items).toMatchObject([{ sagaId: one, seq: 1, toSeq: 3 }]);
    expect(await new WebhookStreams(store.database).lag()).toEqual([]);
  });

  it('cost no row while nobody subscribes', async () => {
    await saga(3);
    expect(await store.sql('select from skald.webhook_outbox')).toEqual([]);
  });
});

/** Without repeats: each where it came first. */
function firsts(seqs: readonly number[]): number[] {
  return [...new Set(seqs)];
}

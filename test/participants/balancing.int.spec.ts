import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EndpointSnapshot } from '../../src/participants/participant-snapshot.js';
import { ParticipantClient } from '../../src/participants/participant-client.js';
import type { Participant } from '../../src/participants/participant.js';
import { TargetGuard } from '../../src/participants/targets.js';
import type { Reply } from '../../src/saga/reply.js';
import { eventually, sleep } from '../support/waiting.js';
import { ANSWERED, callOf, openGuard, participantAt, serve, serveRaw, type Served } from './loopback.js';

jest.setTimeout(60_000);

const CALLERS = 12;

describe('three endpoints', () => {
  const shops: Shop[] = [];
  let client: ParticipantClient;

  beforeEach(async () => {
    client = new ParticipantClient(openGuard);
    for (let n = 0; n < 3; n++) shops.push(await Shop.open());
  });
  afterEach(async () => {
    await client.close();
    await Promise.all(shops.splice(0).map((shop) => shop.close()));
  });

  it('share the calls; one that dies and one that is ten times slower cost no call, and who comes back comes slowly', async () => {
    const participant = participantAt('', {
      endpoints: shops.map(({ url }) => ({ url })),
      loadBalancing: {
        strategy: 'least_conn',
        outlier: { consecutiveErrors: 3, ejection: '1s', maxEjectedPercent: 50 },
      },
      timeout: { connect: '500ms', total: '5s' },
    });
    const even = await load(participant, 600);
    expect(even.bad).toEqual([]);
    expect(`shares ${even.shares.join(' / ')} %`).toMatch(/shares (2[2-9]|3\d|4[0-5]) \/ (2[2-9]|3\d|4[0-5]) \/ /);

    shops[1]!.delay = 200;
    let wasEjected = false;
    const troubled = await load(participant, 600, (call) => {
      if (call === 100) void shops[0]!.close();
      wasEjected ||= seen(participant)[0]!.ejectedUntilMs !== null;
    });
    expect(troubled.bad).toEqual([]);
    // Those that were on a connection when it died are in doubt; that nobody listens any more costs no attempt.
    expect(troubled.again.every((reply) => reply.kind === 'failed' && reply.error.code === 'connection-reset')).toBe(
      true,
    );
    expect(troubled.again.length).toBeLessThanOrEqual(CALLERS);
    expect(wasEjected).toBe(true);
    const without = await load(participant, 300);
    expect([...without.bad, ...without.again]).toEqual([]);
    expect(`shares ${without.shares.join(' / ')} %`).toMatch(/^shares 0 \/ (\d|[12]\d) \/ /);

    shops[1]!.delay = 20;
    await shops[0]!.reopen();
    await eventually('the end of the ejection', () => seen(participant)[0]!.ejectedUntilMs === null);
    const [back] = seen(participant);
    expect(back).toMatchObject({ slowStart: true, healthy: true, panic: false });
    expect(back!.share).toBeLessThan(15);
    const after = await load(participant, 600);
    expect([...after.bad, ...after.again]).toEqual([]);
    expect(`shares ${after.shares.join(' / ')} %`).toMatch(/^shares ([1-9]|1\d|2[0-5]) \/ /);
  });

  it('are checked: one that says it is not well gets no calls until it says otherwise', async () => {
    const participant = participantAt('', {
      endpoints: shops.map(({ url }) => ({ url })),
      loadBalancing: { strategy: 'round_robin', healthCheck: { path: '/health', interval: '100ms' } },
    });
    shops[2]!.isWell = false;
    await load(participant, 30);
    await eventually('ill', () => !seen(participant)[2]!.healthy);
    const hits = shops[2]!.hits;
    expect((await load(participant, 60)).bad).toEqual([]);
    expect(shops[2]!.hits).toBe(hits);
    shops[2]!.isWell = true;
    await eventually('well', () => seen(participant)[2]!.healthy);
    expect(seen(participant)[2]).toMatchObject({ slowStart: true });
    await load(participant, 100);
    expect(shops[2]!.hits).toBeGreaterThan(hits);
    await client.close();
    const checks = shops[0]!.checks;
    await sleep(400);
    expect(shops[0]!.checks).toBe(checks);
  });

  it('are all used when all say they are not well', async () => {
    const participant = participantAt('', {
      endpoints: shops.map(({ url }) => ({ url })),
      loadBalancing: { healthCheck: { path: '/health', interval: '100ms' } },
    });
    shops.forEach((shop) => (shop.isWell = false));
    await load(participant, 3);
    await eventually('panic', () => seen(participant).every(({ healthy, panic }) => !healthy && panic));
    const { bad, shares } = await load(participant, 90);
    expect(bad).toEqual([]);
    expect(Math.min(...shares)).toBeGreaterThan(10);
  });

  it('are checked no more than they are called where no participant may live', async () => {
    const keysConfigured = new ParticipantClient(new TargetGuard({ allowed: null, keysConfigured: true }));
    const participant = participantAt('', {
      endpoints: shops.map(({ url }) => ({ url })),
      loadBalancing: { healthCheck: { path: '/health', interval: '100ms' } },
    });
    const reply = await keysConfigured.send(callOf(participant));
    expect(reply).toMatchObject({ kind: 'rejected', error: { code: 'target-refused' } });
    await sleep(400);
    expect(shops.map(({ checks, hits }) => checks + hits)).toEqual([0, 0, 0]);
    await keysConfigured.close();
  });

  it('keep what is known of them when the policy changes under way', async () => {
    const policy = { endpoints: shops.map(({ url }) => ({ url })), loadBalancing: { strategy: 'round_robin' } };
    await load(participantAt('', policy), 30);
    const drained = participantAt('', { ...policy, endpoints: shops.map(({ url }, n) => ({ url, weight: n })) });
    const hits = shops[0]!.hits;
    expect((await load(drained, 60)).shares).toEqual([0, 33, 67]);
    expect(shops[0]!.hits).toBe(hits);
    expect(seen(drained)[0]!.latencyMs).toBeGreaterThan(5);
  });

  function seen(participant: Participant): readonly EndpointSnapshot[] {
    return client.endpointsOf(participant.name);
  }

  /** Calls, several at a time; one that fails is tried once more. */
  async function load(
    participant: Participant,
    calls: number,
    before?: (call: number) => unknown,
  ): Promise<{ bad: Reply[]; again: Reply[]; shares: number[] }> {
    const hits = shops.map((shop) => shop.hits);
    const [bad, again]: Reply[][] = [[], []];
    let next = 0;
    const caller = async (): Promise<void> => {
      while (next < calls) {
        const idempotencyKey = `saga/step${++next}/action`;
        before?.(next);
        const reply = await client.send(callOf(participant, { idempotencyKey }));
        if (reply.kind === 'succeeded') continue;
        again!.push(reply);
        const second = await client.send(callOf(participant, { idempotencyKey, attempt: 2 }));
        if (second.kind !== 'succeeded') bad!.push(second);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
    const all = shops.reduce((sum, shop, index) => sum + shop.hits - hits[index]!, 0);
    return {
      ...{ bad: bad!, again: again! },
      shares: shops.map((shop, index) => Math.round(((shop.hits - hits[index]!) / all) * 100)),
    };
  }
});

describe('an attempt whose connection is refused', () => {
  const servers: Served[] = [];
  const clients: ParticipantClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('goes to another endpoint at once, with the same headers', async () => {
    const heard: Record<string, unknown>[] = [];
    const living = await track(
      serve((request, response) => {
        heard.push({ ...request.headers, url: request.url });
        response.end('1');
      }),
    );
    const participant = participantAt('', {
      endpoints: [
        { url: await deadUrl(), weight: 1000 },
        { url: `${living.url}/base`, weight: 0.001 },
      ],
      loadBalancing: { strategy: 'random' },
      signing: { secret: 'correct-horse-battery' },
    });
    expect(await client().send(callOf(participant))).toEqual({ call: ANSWERED, kind: 'succeeded', output: 1 });
    expect(heard).toEqual([expect.objectContaining({ 'skald-attempt': '1', url: '/base/reservations' })]);
    expect(heard[0]!['webhook-signature']).toMatch(/^v1,/);
  });

  it('fails without effect when the other one can not be reached either', async () => {
    const participant = participantAt('', { endpoints: [{ url: await deadUrl() }, { url: await deadUrl() }] });
    const caller = client();
    expect(await caller.send(callOf(participant))).toMatchObject({
      kind: 'failed',
      effect: 'none',
      error: { code: 'connection-refused' },
    });
    expect(caller.endpointsOf(participant.name).map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  });

  it('takes no longer than its time-out for both', async () => {
    const hanging = await track(serveRaw(() => undefined));
    const url = hanging.url.replace('http:', 'https:');
    const participant = participantAt('', {
      endpoints: [{ url }, { url: `${url}/other` }],
      timeout: { connect: '1s', total: '1200ms' },
    });
    const startedAt = performance.now();
    expect(await client().send(callOf(participant))).toMatchObject({ kind: 'failed', effect: 'none' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_190);
    expect(performance.now() - startedAt).toBeLessThan(1_800);
    expect(hanging.connections()).toBe(2);
  });

  it('is of no use any later for having been tried twice', async () => {
    const hanging = await track(serveRaw(() => undefined));
    let left = 0;
    const living = await track(
      serve((request, response) => {
        left = Date.parse(String(request.headers['skald-deadline'])) - Date.now();
        response.end('1');
      }),
    );
    const participant = participantAt('', {
      endpoints: [
        { url: hanging.url.replace('http:', 'https:'), weight: 1000 },
        { url: living.url, weight: 0.001 },
      ],
      loadBalancing: { strategy: 'random' },
      timeout: { connect: '300ms', total: '5s' },
    });
    expect(await client().send(callOf(participant))).toEqual({ call: ANSWERED, kind: 'succeeded', output: 1 });
    expect(left).toBeLessThan(4_750);
    expect(left).toBeGreaterThan(0);
  });

  it('is not sent again once anything was sent', async () => {
    let requests = 0;
    const cut = async (): Promise<{ url: string }> =>
      track(
        serveRaw((socket) =>
          socket.on('data', () => {
            requests += 1;
            socket.resetAndDestroy();
          }),
        ),
      );
    const participant = participantAt('', { endpoints: [await cut(), await cut()].map(({ url }) => ({ url })) });
    expect(await client().send(callOf(participant))).toMatchObject({ kind: 'failed', effect: 'in-doubt' });
    expect(requests).toBe(1);
  });

  it('goes elsewhere at its next attempt', async () => {
    const failing = await track(serve((_, response) => response.writeHead(500).end()));
    const living = await track(serve((_, response) => response.end('1')));
    const participant = participantAt('', {
      endpoints: [
        { url: failing.url, weight: 1000 },
        { url: living.url, weight: 0.001 },
      ],
      loadBalancing: { strategy: 'random' },
    });
    const caller = client();
    expect(await caller.send(callOf(participant))).toMatchObject({ kind: 'failed', effect: 'in-doubt' });
    expect(await caller.send(callOf(participant, { attempt: 2 }))).toEqual({
      call: ANSWERED,
      kind: 'succeeded',
      output: 1,
    });
  });

  function client(): ParticipantClient {
    const made = new ParticipantClient(openGuard);
    clients.push(made);
    return made;
  }

  async function track(starting: Promise<Served>): Promise<Served> {
    const server = await starting;
    servers.push(server);
    return server;
  }
});

/** Where nobody listens. */
async function deadUrl(): Promise<string> {
  const server = await serve(() => undefined);
  await server.close();
  return server.url;
}

/** A participant that can be killed, brought back, slowed down, and asked how it is. */
class Shop {
  delay = 20;
  isWell = true;
  hits = 0;
  checks = 0;
  private server: Server | null = null;
  private port = 0;

  static async open(): Promise<Shop> {
    const shop = new Shop();
    await shop.reopen();
    return shop;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async reopen(): Promise<void> {
    const server = createServer((request, response) => {
      if (request.url === '/health') {
        this.checks += 1;
        response.writeHead(this.isWell ? 204 : 503).end();
        return;
      }
      this.hits += 1;
      setTimeout(() => response.end('1'), this.delay);
    });
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (!server) return;
    await new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  }
}

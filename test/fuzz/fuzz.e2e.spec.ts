import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { API_ROLES } from '../../src/config/api-key.js';
import { freshDatabase, type FreshDatabase } from '../support/database.js';
import { redisUrl } from '../support/services.js';
import { SkaldProcess } from '../support/skald-process.js';
import type { ApiDocument, Operation } from './document.js';
import { operationsOf } from './document.js';
import { firstRequests, participantsLiveAt } from './examples.js';
import { Finds } from './found.js';
import { contentTypes, requestsFor, type Draft } from './requests.js';
import { Verdict } from './verdict.js';
import { Wire, type WireAnswer, type WireRequest } from './wire.js';

jest.setTimeout(1_200_000);

/** `SKALD_TEST_FUZZ=20000 SKALD_TEST_SEED=1` for more, or for the same again. */
const REQUESTS = Number(process.env['SKALD_TEST_FUZZ'] ?? 1_500);
const SEED = Number(process.env['SKALD_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const AT_ONCE = 12;

/** Drafts are made in portions, so that a long run needs no more memory than a short one. */
const PORTION = 500;

const keyOf = (role: string) => `${role}-key-of-the-fuzzer`;

/** Answers any call with any answer, and remembers where a result is expected. */
function moodyParticipants(finds: Finds): Server {
  const moods = [200, 200, 200, 200, 202, 202, 409, 404, 500, 503, 401];
  let calls = 0;
  return createServer((request, response) => {
    const token = /\/callbacks\/([^/]+)$/.exec(String(request.headers['skald-callback-url'] ?? ''))?.[1];
    if (token) finds.add('token', token);
    request.resume().on('end', () => {
      response.writeHead(moods[calls++ % moods.length]!, { 'content-type': 'application/json' }).end('{"n":1}');
    });
  });
}

function asWire({ operation, path, query, headers, body }: Draft, type: string, finds: Finds): WireRequest {
  const text = (value: unknown) => {
    const filled = finds.fill(value);
    return typeof filled === 'string' ? filled : JSON.stringify(filled);
  };
  const wirePath = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => escaped(text(path[name])).slice(0, 2_000));
  const pairs = query.map(([name, value]) => `${escaped(name)}=${escaped(text(value)).slice(0, 2_000)}`);
  const payload =
    body.kind === 'none' ? null : body.kind === 'text' ? String(body.value) : JSON.stringify(finds.fill(body.value));
  const { authorization, ...others } = headers;
  const key = API_ROLES.includes(authorization as never)
    ? `Bearer ${keyOf(String(authorization))}`
    : String(authorization);
  return {
    method: operation.method,
    path: pairs.length > 0 ? `${wirePath}?${pairs.join('&')}` : wirePath,
    headers: {
      ...(key !== 'none' && { authorization: key }),
      ...(payload !== null && { 'content-type': type, 'content-length': String(Buffer.byteLength(payload)) }),
      ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, printable(text(value))])),
    },
    body: payload,
  };
}

/** Half a surrogate pair has no UTF-8, so it has no percent-encoding either. */
const escaped = (text: string) => encodeURIComponent(Buffer.from(text).toString());
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, '?');

describe('the API under a fuzzer', () => {
  const finds = new Finds();
  const participants = moodyParticipants(finds);
  const answered = new Map<string, number>();
  let database: FreshDatabase;
  let server: SkaldProcess;
  let wire: Wire;
  let document: ApiDocument;
  let operations: readonly Operation[];

  beforeAll(async () => {
    await new Promise<void>((resolve) => participants.listen(0, '127.0.0.1', resolve));
    participantsLiveAt(`http://127.0.0.1:${(participants.address() as AddressInfo).port}`);
    database = await freshDatabase();
    const redis = redisUrl();
    server = await SkaldProcess.start({
      DATABASE_URL: database.url,
      ...(redis !== null && { REDIS_URL: redis }),
      SKALD_API_KEYS: API_ROLES.map((role) => `${role}:${keyOf(role)}`).join(','),
      SKALD_ALLOWED_TARGETS: '127.0.0.0/8',
    });
    wire = new Wire(Number(new URL(server.api.url).port), AT_ONCE);
    document = JSON.parse((await wire.exchange(bare('/openapi.json'))).text) as ApiDocument;
    operations = operationsOf(document);
    for (const [method, path, body] of firstRequests()) {
      const answer = await wire.exchange({ ...bare(path, body), method });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      learn(path, JSON.parse(answer.text));
    }
  });

  afterAll(async () => {
    wire.close();
    await server.dispose();
    await database.drop();
    participants.close();
  });

  const learn = (path: string, answer: unknown) => {
    finds.keep(answer);
    const [, collection] = /\/(\w+)(?:\/\{\w+\})?$/.exec(path) ?? [];
    if (collection !== undefined) finds.keepAs(collection, answer);
  };

  const bare = (path: string, body?: unknown): WireRequest => ({
    method: body === undefined ? 'GET' : 'POST',
    path,
    headers: {
      authorization: `Bearer ${keyOf('admin')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });

  it('publishes what can be looked at: every operation has an answer that says what is in it', () => {
    const silent = operations.filter(({ answers }) =>
      [...answers].some(([status, types]) => status < 300 && status !== 204 && Object.keys(types).length === 0),
    );
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it(`answers ${REQUESTS} requests as documented, and none with a 5xx but a documented 503`, async () => {
    const verdict = new Verdict(document);
    const wrongs = new Map<string, string>();
    const drafts = fc.tuple(requestsFor(document, operations), contentTypes);

    const judge = (draft: Draft, request: WireRequest, answer: WireAnswer | Error) => {
      const name = `${draft.operation.method} ${draft.operation.path}`;
      const complaints =
        answer instanceof Error ? [`does not answer: ${answer.message}`] : verdict.complaints(draft.operation, answer);
      if (!(answer instanceof Error)) {
        answered.set(`${name} ${answer.status}`, (answered.get(`${name} ${answer.status}`) ?? 0) + 1);
        if (answer.status < 300 && answer.text !== '' && answer.type === 'application/json')
          learn(draft.operation.path, JSON.parse(answer.text));
      }
      for (const complaint of complaints) {
        const kind = `${name} ${complaint.slice(0, 80)}`;
        if (!wrongs.has(kind)) wrongs.set(kind, `${name} ${complaint}\n  sent: ${shown(request)}`);
      }
    };

    for (let sent = 0; sent < REQUESTS; sent += PORTION) {
      const numRuns = Math.min(PORTION, REQUESTS - sent);
      const portion = fc.sample(drafts, { seed: SEED + sent, numRuns });
      const next = portion.values();
      const worker = async () => {
        for (const [draft, type] of next) {
          const request = asWire(draft, type, finds);
          judge(draft, request, await wire.exchange(request).catch((err: unknown) => err as Error));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }
    const told = process.env['SKALD_TEST_FUZZ_REPORT'];
    if (told)
      writeFileSync(
        told,
        [...answered]
          .map((one) => one.join(' '))
          .sort()
          .join('\n'),
      );
    const report = [...wrongs.values()].slice(0, 20).join('\n');
    expect(`seed ${SEED}, ${wrongs.size} kinds of wrong answers\n${report}`).toBe(
      `seed ${SEED}, 0 kinds of wrong answers\n`,
    );
  });

  it('has reached what lies behind the checks, so that the silence means something', () => {
    const count = (pattern: RegExp) =>
      [...answered].filter(([name]) => pattern.test(name)).reduce((sum, [, times]) => sum + times, 0);
    expect(count(/ 2\d\d$/)).toBeGreaterThan(REQUESTS / 10);
    expect(count(/POST \/v1\/sagas 202$/)).toBeGreaterThan(0);
    expect(count(/POST \/v1\/definitions 20\d$/)).toBeGreaterThan(0);
    expect(count(/ (400|422)$/)).toBeGreaterThan(REQUESTS / 10);
  });

  it('lives on, has met no bug, and every journal it wrote is without a gap', async () => {
    expect((await wire.exchange(bare('/health/live'))).status).toBe(200);
    expect(server.runs).toBe(true);
    const bugs = readFileSync(server.logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes('a request met a bug'));
    expect(bugs).toEqual([]);

    const { items } = JSON.parse((await wire.exchange(bare('/v1/sagas?limit=200'))).text) as {
      items: { id: string }[];
    };
    for (const { id } of items) {
      const journal = JSON.parse((await wire.exchange(bare(`/v1/sagas/${id}/events`))).text) as Journal;
      expect(journal.items.map(({ seq }) => seq)).toEqual(journal.items.map((_, i) => i + 1));
      const ends = journal.items.flatMap(({ facts }) => facts.filter(({ type }) => ENDS.has(type)));
      expect(ends.length).toBeLessThanOrEqual(1);
    }
  });
});

interface Journal {
  readonly items: readonly { readonly seq: number; readonly facts: readonly { readonly type: string }[] }[];
}

const ENDS = new Set(['saga-completed', 'saga-compensated']);

function shown({ method, path, headers, body }: WireRequest): string {
  const { authorization: _, ...others } = headers;
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(others).slice(0, 300)} ${(body ?? '').slice(0, 400)}`;
}

import { sleep } from './waiting.js';
import { readEvents } from './sse.js';
import type { Json, JsonObject } from '../../src/saga/json.js';

/** An answer as it came. `body` is parsed when it is JSON, else the text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests look into bodies of every shape; typing them here would only repeat the contract without checking it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** What the contract shows of a saga, as far as the tests look at it. */
export interface SagaView {
  readonly id: string;
  readonly definition: string;
  readonly version: number;
  readonly status: 'running' | 'completed' | 'compensating' | 'compensated' | 'stuck';
  readonly businessKey: string | null;
  readonly input: Json;
  readonly output: Json;
  readonly reason: { code: string; message: string } | null;
  readonly seq: number;
  readonly dueAt: string | null;
  readonly finishedAt: string | null;
  readonly steps: readonly {
    name: string;
    kind: string;
    status: string;
    output: Json;
    error: { code: string; message: string; fingerprint: string } | null;
    attempts: { action: number; compensation: number };
    startedAt: string | null;
    compensationStartedAt: string | null;
    waitingFor: { what: string; by?: string; until: string | null } | null;
    nextAttemptAt: string | null;
  }[];
}

export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly by: string;
  readonly facts: readonly { readonly type: string; readonly [field: string]: unknown }[];
}

export const isTerminal = (status: string): boolean => status === 'completed' || status === 'compensated';

/** Skald's REST API as any client sees it: HTTP and nothing else. */
export class SkaldApi {
  constructor(readonly url: string) {}

  /** `body`: a string is sent as it is. Rejects only when no answer came. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return this.request('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return this.request('POST', path, body, headers);
  }

  async putParticipant(name: string, endpoint: string, policy: JsonObject = {}): Promise<void> {
    const answer = await this.request('PUT', `/v1/participants/${name}`, { endpoints: [{ url: endpoint }], ...policy });
    expectStatus(answer, 200, 201);
  }

  async postDefinition(definition: unknown): Promise<{ name: string; version: number }> {
    const answer = await this.post('/v1/definitions', definition);
    expectStatus(answer, 200, 201);
    return answer.body as { name: string; version: number };
  }

  /** Starts a saga and yields its id. */
  async start(definition: string, input: unknown = {}, more: JsonObject = {}): Promise<string> {
    const answer = await this.post('/v1/sagas', { definition, input, ...more });
    expectStatus(answer, 202);
    return (answer.body as SagaView).id;
  }

  async saga(id: string): Promise<SagaView> {
    const answer = await this.get(`/v1/sagas/${id}`);
    expectStatus(answer, 200);
    return answer.body as SagaView;
  }

  /** Waits until `fits` holds of the saga; says how it stood when the patience (ms) is over. */
  async sagaWhen(id: string, fits: (saga: SagaView) => boolean, patience = 15_000): Promise<SagaView> {
    const until = Date.now() + patience;
    for (;;) {
      const saga = await this.saga(id);
      if (fits(saga)) return saga;
      if (Date.now() > until) {
        const steps = saga.steps.map((step) => `${step.name} ${step.status}`).join(', ');
        throw new Error(`saga ${id} is ${saga.status} after ${patience} ms: ${steps}`);
      }
      await sleep(30);
    }
  }

  ended(id: string, patience?: number): Promise<SagaView> {
    return this.sagaWhen(id, (saga) => isTerminal(saga.status), patience);
  }

  async journal(id: string): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (;;) {
      const after = entries.at(-1)?.seq ?? 0;
      const answer = await this.get(`/v1/sagas/${id}/events?after=${after}&limit=200`);
      expectStatus(answer, 200);
      const page = (answer.body as { items: JournalEntry[] }).items;
      entries.push(...page);
      if (page.length === 0 || (answer.body as { nextCursor?: string | null }).nextCursor == null) return entries;
    }
  }

  /** All pages of a list. `query` without `limit` and `cursor`. */
  async list(path: string, query = ''): Promise<SagaView[]> {
    const items: SagaView[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Answer = await this.get(`${path}?limit=200&${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expectStatus(page, 200);
      items.push(...(page.body as { items: SagaView[] }).items);
      cursor = (page.body as { nextCursor: string | null }).nextCursor;
    }
    return items;
  }

  /** The journal as server-sent events; ends when the server closes the stream or the caller leaves the loop. */
  async *events(id: string, lastEventId?: number): AsyncGenerator<{ id: string; data: JournalEntry }> {
    const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) };
    for await (const event of readEvents(`${this.url}/v1/sagas/${id}/events`, headers)) {
      yield { id: event.id, data: event.data as JournalEntry };
    }
  }
}

function expectStatus(answer: Answer, ...statuses: number[]): void {
  if (statuses.includes(answer.status)) return;
  throw new Error(`expected ${statuses.join(' or ')}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}

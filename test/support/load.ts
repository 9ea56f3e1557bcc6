import { randomUUID } from 'node:crypto';
import type { Start } from './invariants.js';
import { isTerminal, type SagaView, type SkaldApi } from './skald-api.js';
import { sleep } from './waiting.js';

export interface LoadOptions {
  /** Servers to talk to; a client whose server does not answer goes on to the next one. */
  readonly servers: readonly SkaldApi[];
  /** What the i-th saga is. */
  readonly saga: (i: number) => { definition: string; input: unknown };
  /** Clients that work side by side. */
  readonly clients: number;
  /** Sagas per second, over all clients. */
  readonly rate: number;
  /** Ends by itself after so many sagas; default: when {@link Load.stop} is called. */
  readonly total?: number;
}

/** How long (ms) one client tries to have one saga acknowledged. */
const PATIENCE = 60_000;

/**
 * Clients that start sagas and, as good clients do, ask again with the same `Idempotency-Key` until they hear a 2xx.
 * What they were told is the first half of the evidence.
 */
export class Load {
  readonly starts: Start[] = [];
  /** First status seen from which there is no way back, by saga. */
  readonly seenEnds = new Map<string, string>();
  private next = 0;
  private stopped = false;
  private readonly work: Promise<unknown>;

  private constructor(private readonly options: LoadOptions) {
    const clients = Array.from({ length: options.clients }, (_, i) => this.client(i));
    this.work = Promise.all([...clients, this.watch()]);
    this.work.catch(() => undefined); // told by stop()
  }

  static start(options: LoadOptions): Load {
    return new Load(options);
  }

  /** Starts no more sagas, and waits for those that are being started. @throws what a client could not make sense of */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.work;
  }

  /** Waits until `total` sagas are started. */
  async finished(): Promise<void> {
    while (this.next < (this.options.total ?? Infinity)) await sleep(20);
    await this.stop();
  }

  private async client(number: number): Promise<void> {
    const { rate, clients, total = Infinity } = this.options;
    const pause = (1000 * clients) / rate;
    await sleep((pause * number) / clients);
    while (!this.stopped && this.next < total) {
      const due = Date.now() + pause;
      await this.startOne(this.next++, number);
      await sleep(Math.max(0, due - Date.now()));
    }
  }

  private async startOne(i: number, client: number): Promise<void> {
    const { servers, saga } = this.options;
    const key = `load-${randomUUID()}`;
    const body = { ...saga(i), businessKey: key };
    const until = Date.now() + PATIENCE;
    for (let tries = 0; Date.now() < until; tries++) {
      const server = servers[(client + tries) % servers.length]!;
      const answer = await server.post('/v1/sagas', body, { 'idempotency-key': key }).catch(() => null);
      if (answer?.status === 200 || answer?.status === 202) {
        this.starts.push({ key, definition: body.definition, saga: (answer.body as SagaView).id });
        return;
      }
      const mayPass = !answer || answer.status >= 500 || answer.status === 429 || answer.status === 409;
      if (!mayPass) throw new Error(`start refused with ${answer.status}: ${JSON.stringify(answer.body)}`);
      await sleep(50 + 50 * Math.random());
    }
    this.starts.push({ key, definition: body.definition });
  }

  /** Looks at some sagas again and again, to notice when one that had ended changes its mind. */
  private async watch(): Promise<void> {
    for (let round = 0; !this.stopped; round++) {
      const server = this.options.servers[round % this.options.servers.length]!;
      const page = await server.get('/v1/sagas?limit=200').catch(() => null);
      for (const { id, status } of page?.status === 200 ? (page.body as { items: SagaView[] }).items : []) {
        if ((isTerminal(status) || status === 'compensating') && !this.seenEnds.has(id)) this.seenEnds.set(id, status);
      }
      await sleep(400);
    }
  }
}

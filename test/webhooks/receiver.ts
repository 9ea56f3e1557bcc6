import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One event as it arrived. */
export interface Arrival {
  readonly id: string;
  readonly saga: string;
  readonly seq: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  // The tests look into events of every shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly event: any;
  /** What it was answered with. */
  readonly status: number;
}

/** What a receiver makes of an event. */
export interface Reaction {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** ms before the answer. */
  readonly delay?: number;
  /** The answer waits for it. */
  readonly until?: Promise<unknown>;
  /** The connection is cut instead. */
  readonly cut?: boolean;
}

/** A receiver of events in the test's own process, which remembers everything in the order in which it came. */
export class Receiver {
  readonly arrivals: Arrival[] = [];
  react: (arrival: Omit<Arrival, 'status'>) => Reaction = () => ({});
  private server: Server | undefined;
  private port = 0;

  static async listen(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.open();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events?from=skald`;
  }

  /** Those that were answered with 2xx. */
  get received(): readonly Arrival[] {
    return this.arrivals.filter(({ status }) => status < 300);
  }

  /** Seqs received of one saga, in the order in which they came. */
  seqsOf(saga: string): number[] {
    return this.received.filter((arrival) => arrival.saga === saga).map(({ seq }) => seq);
  }

  /** Listens, again at the same port after {@link close}. */
  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const event = JSON.parse(body) as { id: string; data: { saga: string; seq: number } };
        const { saga, seq } = event.data;
        const arrival = { id: event.id, saga, seq, headers: request.headers, body, event };
        const { status = 200, headers = {}, delay = 0, until, cut = false } = this.react(arrival);
        const answer = () => {
          this.arrivals.push({ ...arrival, status: cut ? 599 : status });
          if (cut) request.socket.destroy();
          else response.writeHead(status, headers).end();
        };
        if (until) void until.then(answer);
        else if (delay > 0) setTimeout(answer, delay);
        else answer();
      });
      request.on('error', () => undefined);
    });
    await new Promise<void>((done) => this.server!.listen(this.port, '127.0.0.1', done));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Goes away without a word: connections are cut. */
  async close(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }
}

/** The Standard Webhooks signature that a secret makes of an arrival, worked out by itself. */
export function signatureOf(secret: string, { headers, body }: Arrival): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it reached the edge. */
export interface Seen {
  /** `POST /v1/sagas?limit=2` */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the edge does with one request. */
export type Turn = (response: ServerResponse, request: Seen) => void;

/** A real HTTP server that does with each request what the test says: answers, lies, cuts, or says nothing. */
export class Edge {
  readonly seen: Seen[] = [];
  /** Connections that clients have closed while their answer was not complete. */
  left = 0;
  private turns: Turn[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Edge> {
    const server = createServer();
    const edge = new Edge(server);
    server.on('request', (request, response) => void edge.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return edge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get lines(): string[] {
    return this.seen.map(({ line }) => line);
  }

  /** One turn per request; the last one stays for all that follow. */
  plays(...turns: Turn[]): void {
    this.turns = turns;
    this.seen.length = 0;
    this.left = 0;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      line: `${request.method} ${request.url}`,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.seen.push(seen);
    response.on('close', () => {
      if (!response.writableFinished) this.left++;
    });
    const turn = this.turns.length > 1 ? this.turns.shift()! : this.turns[0]!;
    turn(response, seen);
  }
}

/** Answers JSON. */
export function answers(status: number, body: unknown, headers: Record<string, string> = {}): Turn {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Says no, as Skald does. */
export function refuses(status: number, code: string, headers: Record<string, string> = {}, more: object = {}): Turn {
  const body = { type: `urn:skald:problem:${code}`, title: 'No', status, detail: `this is ${code}`, code, ...more };
  return answers(status, body, { 'content-type': 'application/problem+json', ...headers });
}

/** The connection breaks before there is an answer. */
export const cuts: Turn = (response) => void response.destroy();

/** The connection breaks in the middle of the answer. */
export const cutsInside: Turn = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
  response.write('{"id":', () => response.destroy());
};

/** The connection stays, and nothing comes. */
export const hangs: Turn = () => undefined;

/** A stream of events; `then` is what becomes of the connection. */
export function streams(text: string, then: 'end' | 'cut' | 'stay' = 'end'): Turn {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text, () => {
      if (then === 'end') response.end();
      if (then === 'cut') response.destroy();
    });
  };
}

/** One journal entry as an event. */
export function event(seq: number, type = 'step-succeeded'): string {
  return `id: ${seq}\nevent: entry\ndata: ${JSON.stringify({ seq, at: '2026-01-01T00:00:00.000Z', by: 'engine', facts: [{ type }] })}\n\n`;
}

import { Agent, request as send } from 'node:http';

/** What goes out. `path` is sent as it stands: nothing tidies it up on the way. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface WireAnswer {
  readonly status: number;
  /** Without its parameters; empty: none. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Longer than that and the request counts as never answered. In ms. */
const PATIENCE = 30_000;

/** Sends requests that `fetch` would refuse to send, over connections that are kept. */
export class Wire {
  private readonly agent: Agent;

  constructor(
    private readonly port: number,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Rejects when there was no answer. A stream of events is left as soon as it has begun. */
  exchange({ method, path, headers, body }: WireRequest): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const request = send({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent });
      request.setTimeout(PATIENCE, () => request.destroy(new Error(`no answer within ${PATIENCE} ms`)));
      request.on('error', reject);
      request.on('response', (response) => {
        const type = (response.headers['content-type'] ?? '').split(';')[0]!.trim();
        const answer = { status: response.statusCode!, type, headers: response.headers };
        if (type === 'text/event-stream') {
          resolve({ ...answer, text: '' });
          response.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ ...answer, text: Buffer.concat(chunks).toString('utf8') }));
      });
      if (body !== null) request.write(body);
      request.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

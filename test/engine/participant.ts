import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as the participant saw it. */
export interface SeenCall {
  readonly saga: string;
  readonly step: string;
  readonly operation: string;
  readonly attempt: number;
  readonly callbackUrl: string;
  readonly traceparent: string;
  readonly key: string;
  readonly path: string;
}

/** How to answer; the default is 200 with `{}`. `hang`: never. */
export type Behaviour = (call: SeenCall) => { status: number; body?: unknown; after?: number } | 'hang' | undefined;

/** A participant in this process that notes every call and answers as the test wishes. */
export class ScriptedParticipant {
  readonly calls: SeenCall[] = [];
  behave: Behaviour = () => undefined;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  of(saga: string): string[] {
    return this.calls.filter((call) => call.saga === saga).map((call) => `${call.operation} ${call.step}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    await new Promise((resolve) => request.once('end', resolve));
    const header = (name: string) => String(request.headers[name]);
    const call: SeenCall = {
      saga: header('skald-saga-id'),
      step: header('skald-step'),
      operation: header('skald-operation'),
      attempt: Number(header('skald-attempt')),
      callbackUrl: header('skald-callback-url'),
      traceparent: header('traceparent'),
      key: header('idempotency-key'),
      path: request.url ?? '',
    };
    this.calls.push(call);
    const behaviour = this.behave(call) ?? { status: 200 };
    if (behaviour === 'hang') return;
    if (behaviour.after !== undefined) await new Promise((resolve) => setTimeout(resolve, behaviour.after));
    response.writeHead(behaviour.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(behaviour.body ?? {}));
  }
}

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/**
 * A participant that knows `/charge`, `/charge/undo` and `/ship`, and answers 405 to every other path, as a service does
 * to a wrong URL. Nothing may be shipped, so that every saga turns back. What it has undone is its own account.
 */
export class Refunds {
  /** How often the charge of each saga was undone. */
  readonly undone = new Map<string, number>();
  /** Its barrier: the same call again takes no effect again. */
  private readonly seen = new Set<string>();
  /** Calls of paths that it does not know. */
  astray = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Refunds> {
    const server = createServer((request, response) => {
      const { url = '', headers } = request;
      request.resume().on('end', () => response.writeHead(refunds.answer(url, headers)).end('{}'));
    });
    const refunds = new Refunds(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return refunds;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(path: string, headers: IncomingHttpHeaders): number {
    switch (path) {
      case '/charge':
        return 200;
      case '/ship':
        return 409;
      case '/charge/undo':
        this.undo(String(headers['skald-saga-id']), String(headers['idempotency-key']));
        return 200;
      default:
        this.astray++;
        return 405;
    }
  }

  private undo(saga: string, key: string): void {
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.undone.set(saga, (this.undone.get(saga) ?? 0) + 1);
  }
}

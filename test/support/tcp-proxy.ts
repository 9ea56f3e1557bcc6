import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  /** Once set, what the server says is swallowed; the link is cut when it has said something. */
  swallowing: boolean;
}

/**
 * Stands between a client and a TCP server and does to the traffic what networks do: delays it, cuts it, swallows it,
 * or loses the answer to a request that the server has carried out.
 */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private server: Server | undefined;
  private port = 0;
  /** ms that every chunk is held back, in both directions. */
  delay = 0;
  /** Connections stay open, new ones are accepted, and nothing gets through. */
  halfOpen = false;
  private lostAnswers = 0;
  private lossy: { match: string; left: number; isWhole: (chunk: Buffer) => boolean } = {
    match: '',
    left: 0,
    isWhole: () => true,
  };

  private constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  static async start(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.listen();
    return proxy;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  /** Answers that were lost so far. */
  get lost(): number {
    return this.lostAnswers;
  }

  /**
   * The next `times` requests that contain `match` reach the server and are carried out there, but their answer never
   * arrives: the connection breaks instead. `isWhole` tells from a chunk of the answer that the server is done.
   */
  loseAnswersTo(match: string, times: number, isWhole: (chunk: Buffer) => boolean = () => true): void {
    this.lossy = { match, left: times, isWhole };
  }

  /** Breaks all connections; new ones are let through. */
  cut(): void {
    for (const link of this.links) this.end(link);
  }

  /** Breaks all connections and refuses new ones until {@link listen}. */
  async refuse(): Promise<void> {
    const closed = this.server ? once(this.server, 'close') : Promise.resolve();
    this.server?.close();
    this.cut();
    await closed;
  }

  async listen(): Promise<void> {
    const server = createServer((client) => this.link(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  private link(client: Socket): void {
    const link: Link = { client, server: connect(this.target), swallowing: false };
    this.links.add(link);
    for (const socket of [client, link.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end(link));
      socket.on('close', () => this.end(link));
    }
    client.on('data', (chunk) => {
      if (this.lossy.left > 0 && !this.halfOpen && chunk.includes(this.lossy.match)) {
        this.lossy.left--;
        link.swallowing = true;
      }
      this.pass(chunk, link.server);
    });
    link.server.on('data', (chunk) => {
      if (!link.swallowing) return this.pass(chunk, client);
      if (!this.lossy.isWhole(chunk)) return;
      this.lostAnswers++;
      this.end(link);
    });
  }

  private pass(chunk: Buffer, to: Socket): void {
    if (this.halfOpen) return;
    if (this.delay === 0) to.write(chunk);
    else setTimeout(() => !to.destroyed && to.write(chunk), this.delay);
  }

  private end(link: Link): void {
    this.links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }
}

/** For {@link TcpProxy.loseAnswersTo}: Postgres has committed and is ready for the next query. */
export const isCommitted = (chunk: Buffer): boolean => chunk.subarray(-6).equals(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]));

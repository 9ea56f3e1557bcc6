import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came to the desk, whatever became of it. */
export interface Arrival {
  /** Ms since the epoch. */
  readonly at: number;
  readonly saga: string;
  readonly attempt: number;
}

/** `away`: breaks every connection. `black-hole`: takes every call and never answers. */
export type Mood = 'well' | 'away' | 'black-hole';

/**
 * Stands in front of a participant, counts what comes, and gives way as real ones do: it goes away, it swallows calls,
 * and it turns calls away when more of them came within a second than it can stand.
 */
export class Desk {
  mood: Mood = 'well';
  /** What it can stand; it answers 503 to what is more. */
  callsPerSecond = Infinity;
  readonly arrivals: Arrival[] = [];
  /** Calls that were more than it can stand. */
  overruns = 0;
  /** The most calls that were swallowed at a time. */
  mostSwallowed = 0;
  private readonly swallowed = new Set<IncomingMessage>();
  private readonly server: Server;

  private constructor(private readonly behind: string) {
    this.server = createServer({ keepAliveTimeout: 60_000 }, (call, answer) => this.take(call, answer));
  }

  /** @param behind base URL of the participant */
  static async open(behind: string): Promise<Desk> {
    const desk = new Desk(behind);
    desk.server.listen(0, '127.0.0.1');
    await once(desk.server, 'listening');
    return desk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Calls that are swallowed and still wait for their answer. */
  get hanging(): number {
    return this.swallowed.size;
  }

  /** Breaks the connections of the calls that it has swallowed. */
  letGo(): void {
    for (const call of this.swallowed) call.socket.destroy();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  private take(call: IncomingMessage, answer: ServerResponse): void {
    const { headers, socket } = call;
    const at = Date.now();
    this.arrivals.push({ at, saga: String(headers['skald-saga-id']), attempt: Number(headers['skald-attempt']) });
    if (this.mood === 'away') return void socket.destroy();
    if (this.mood === 'black-hole') return this.swallow(call);
    if ((this.arrivals.at(-1 - this.callsPerSecond)?.at ?? -Infinity) > at - 1_000) {
      this.overruns += 1;
      call.resume();
      answer.writeHead(503).end();
      return;
    }
    this.forward(call, answer);
  }

  private swallow(call: IncomingMessage): void {
    this.swallowed.add(call);
    this.mostSwallowed = Math.max(this.mostSwallowed, this.swallowed.size);
    call.socket.once('close', () => this.swallowed.delete(call));
  }

  private forward(call: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url } = call;
    const onward = request(`${this.behind}${url}`, { method: method!, headers }, (reply) => {
      answer.writeHead(reply.statusCode!, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => call.socket.destroy());
    call.pipe(onward);
  }
}

/** The most calls that came within any second. */
export function busiestSecond(arrivals: readonly Arrival[]): number {
  let most = 0;
  let first = 0;
  arrivals.forEach(({ at }, i) => {
    while (arrivals[first]!.at <= at - 1_000) first += 1;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

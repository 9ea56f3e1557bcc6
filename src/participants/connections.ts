import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { ConnectTimedOut } from './faults.js';
import type { TargetGuard } from './targets.js';
import type { TimerWheel } from './timer-wheel.js';

/** Most connections that one process holds to one endpoint. */
export const MOST_CONNECTIONS = 256;

/** Longest headers of an answer, in bytes. */
const LONGEST_HEADERS = 16_384;

/** The connections to one endpoint. */
export interface Line {
  readonly pool: Pool;
  /** Calls that are on a connection or wait for one. */
  load: number;
}

/** undici's own connector, which hands out the socket although its type does not say so. */
type Connect = (...args: Parameters<buildConnector.connector>) => Socket;

/** Connections to endpoints, kept open between calls: one pool per origin and connect time-out. */
export class Connections {
  private readonly lines = new Map<string, Line>();
  private readonly connect: Connect;

  constructor(
    guard: TargetGuard,
    private readonly wheel: TimerWheel,
  ) {
    const options = { timeout: 0, allowH2: false, lookup: guard.lookup };
    this.connect = buildConnector(options) as unknown as Connect;
  }

  /** @param connectTimeout in ms, for name resolution, TCP and TLS together */
  to(origin: string, connectTimeout: number): Line {
    const key = `${connectTimeout} ${origin}`;
    let line = this.lines.get(key);
    if (!line) {
      line = { pool: this.open(origin, connectTimeout), load: 0 };
      this.lines.set(key, line);
    }
    return line;
  }

  /** Cuts every connection. */
  async close(): Promise<void> {
    await Promise.all([...this.lines.values()].map(({ pool }) => pool.destroy()));
    this.lines.clear();
  }

  private open(origin: string, connectTimeout: number): Pool {
    return new Pool(origin, {
      connect: (options, done) => this.connectWithin(connectTimeout, options, done),
      connections: MOST_CONNECTIONS,
      pipelining: 1,
      maxHeaderSize: LONGEST_HEADERS,
      // The wheel bounds the whole attempt; undici's timers only bound its silences.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** undici's connect time-out is half a second out; a policy that says 100 ms means it. */
  private connectWithin(timeout: number, ...[options, done]: Parameters<buildConnector.connector>): void {
    const timer = this.wheel.start({ expire: () => socket.destroy(new ConnectTimedOut()) }, timeout);
    const socket = this.connect(options, (...result) => {
      this.wheel.cancel(timer);
      done(...result);
    });
  }
}

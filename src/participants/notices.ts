import { errors } from 'undici';
import type { Answer } from './answer.js';
import { Connections, MOST_CONNECTIONS } from './connections.js';
import { messageIn } from './error-message.js';
import { Exchange } from './exchange.js';
import { readFault, type Fault } from './faults.js';
import { keyOf, sign } from './signing.js';
import type { TargetGuard } from './targets.js';
import { TimerWheel } from './timer-wheel.js';

/** A message to somebody who is no participant: it is sent, and the status of the answer is all that counts. */
export interface Notice {
  readonly url: string;
  /** `webhook-id`: the same for every repeat, so that receivers see repeats as repeats. */
  readonly id: string;
  readonly contentType: string;
  readonly body: string;
  /** Standard Webhooks secrets (`whsec_…`); one signature for each. */
  readonly secrets: readonly string[];
  /** ms for everything. */
  readonly timeout: number;
}

/** What came of a notice. `status` `null`: no answer, or nothing was sent. */
export interface NoticeAnswer {
  readonly status: number | null;
  /** Why it is not received, in one line; `null` after a 2xx. */
  readonly error: string | null;
  /** Stable: `http-<status>`, or that of the fault; `null` after a 2xx. */
  readonly code: string | null;
  readonly retryAfter: string | undefined;
}

/** No more is read of an answer, in bytes: only its status matters, and the beginning of what it says against it. */
const LONGEST_ANSWER = 65_536;

/** In ms, for name resolution, TCP and TLS together. */
const CONNECT_TIMEOUT = 5_000;

/** Sends signed notices over HTTP, to where participants may live too. One per process: it holds the connections. */
export class Notices {
  private readonly wheel = new TimerWheel();
  private readonly connections: Connections;

  constructor(private readonly guard: TargetGuard) {
    this.connections = new Connections(guard, this.wheel);
  }

  /** Whatever the network or the receiver does becomes an answer. Redirects are not followed. */
  async send(notice: Notice): Promise<NoticeAnswer> {
    const problem = this.guard.check(notice.url);
    if (problem !== null) return unsent('target-refused', problem);
    const { origin, pathname, search } = new URL(notice.url);
    const end = await this.exchange(origin, pathname + search, notice);
    if (end === null) return unsent('connections', 'all connections to it are taken');
    if ('error' in end) {
      const reply = readFault(end, origin);
      return 'error' in reply ? unsent(reply.error.code, reply.error.message) : unsent('fault', String(end.error));
    }
    const retryAfter = end.headers['retry-after'];
    const isReceived = end.status >= 200 && end.status < 300;
    return {
      status: end.status,
      error: isReceived ? null : messageIn(end),
      code: isReceived ? null : `http-${end.status}`,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    };
  }

  /** Cuts all connections. */
  close(): Promise<void> {
    return this.connections.close();
  }

  /** @returns `null` when there is no connection for it */
  private exchange(origin: string, path: string, notice: Notice): Promise<Answer | Fault | null> {
    const line = this.connections.to(origin, CONNECT_TIMEOUT);
    if (line.load >= MOST_CONNECTIONS) return Promise.resolve(null);
    line.load += 1;
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this.wheel, notice.timeout, LONGEST_ANSWER, (end) => {
        line.load -= 1;
        if ('error' in end && end.error instanceof errors.InvalidArgumentError) reject(end.error);
        else resolve(end);
      });
      line.pool.dispatch({ path, method: 'POST', headers: headersOf(notice, Date.now()), body: notice.body }, exchange);
    });
  }
}

/** @param now epoch ms */
function headersOf({ id, contentType, body, secrets }: Notice, now: number): string[] {
  const timestamp = Math.floor(now / 1000);
  const signatures = secrets.flatMap((secret) => {
    const key = keyOf(secret);
    return key ? [sign(key, id, timestamp, body)] : [];
  });
  return [
    ...['Accept', '*/*', 'Accept-Encoding', 'identity', 'User-Agent', 'skald', 'Content-Type', contentType],
    ...['webhook-id', id, 'webhook-timestamp', String(timestamp), 'webhook-signature', signatures.join(' ')],
  ];
}

function unsent(code: string, error: string): NoticeAnswer {
  return { status: null, error, code, retryAfter: undefined };
}

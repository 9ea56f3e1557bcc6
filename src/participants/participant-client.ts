import { errors } from 'undici';
import type { Reply } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import { readAnswer, type Answer } from './answers.js';
import { chain, type Policy, type Send } from './chain.js';
import { Connections, MOST_CONNECTIONS, type Line } from './connections.js';
import { chooseEndpoint } from './endpoint.js';
import { Exchange } from './exchange.js';
import { readFault, type Fault } from './faults.js';
import type { Endpoint, Participant } from './participant.js';
import type { ParticipantCall } from './participant-call.js';
import { requestHeaders } from './request-headers.js';
import { requestTarget } from './request-path.js';
import { signingKey } from './signing.js';
import type { TargetGuard } from './targets.js';
import { TimerWheel } from './timer-wheel.js';

/** Where a call goes, worked out once per participant and endpoint. */
interface Route {
  readonly line: Line;
  readonly endpoint: Endpoint;
  readonly key: Buffer | null;
}

/** Calls participants over HTTP. One per process: it holds their connections. */
export class ParticipantClient {
  private readonly wheel = new TimerWheel();
  private readonly connections: Connections;
  private readonly routes = new WeakMap<Endpoint, Route | Reply>();
  private readonly throughPolicies: Send;
  private isClosed = false;

  /**
   * @param policies what stands around every call, the outermost first
   * @param env where signing secrets of the form `env:NAME` are looked up
   */
  constructor(
    private readonly guard: TargetGuard,
    policies: readonly Policy[] = [],
    private readonly env: NodeJS.ProcessEnv = process.env,
  ) {
    this.connections = new Connections(guard, this.wheel);
    this.throughPolicies = chain(policies, (call) => this.exchange(call));
  }

  /** Sends one attempt. Whatever the network or the participant does becomes a reply; a rejection is a bug of ours. */
  send(call: ParticipantCall): Promise<Reply> {
    return this.throughPolicies(call);
  }

  /** Cuts all connections: calls in flight end in doubt, so let them end first. Later calls are refused. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.connections.close();
  }

  private exchange(call: ParticipantCall): Promise<Reply> {
    const route = this.routeTo(call.participant);
    if ('kind' in route) return Promise.resolve(route);
    const { line, endpoint, key } = route;
    const path = requestTarget(endpoint.basePath, call.path);
    if (path === null) {
      return Promise.resolve(
        rejected('invalid-path', `no request can be made of the path ${JSON.stringify(call.path)}`),
      );
    }
    const timeout = call.timeout ?? call.participant.timeout.total;
    const headers = requestHeaders(call, Date.now(), timeout, key);
    const body = call.method === 'GET' ? null : call.body;
    const isCrowded = line.load >= MOST_CONNECTIONS;
    line.load += 1;
    return new Promise((resolve, reject) => {
      const settle = (end: Answer | Fault): void => {
        line.load -= 1;
        if ('error' in end && end.error instanceof errors.InvalidArgumentError) reject(end.error);
        else if (isCrowded && isUnsentInTime(end)) resolve(CROWDED);
        else resolve(this.read(call, endpoint, end));
      };
      const exchange = new Exchange(this.wheel, timeout, call.participant.maxResponseBytes, settle);
      line.pool.dispatch({ path, method: call.method, headers, body }, exchange);
    });
  }

  private read(call: ParticipantCall, endpoint: Endpoint, end: Answer | Fault): Reply {
    if ('status' in end) return readAnswer(call.operation, end, call.participant.answers, Date.now());
    return this.isClosed && !end.wasSent ? SHUT_DOWN : readFault(end, endpoint.origin);
  }

  private routeTo(participant: Participant): Route | Reply {
    if (this.isClosed) return SHUT_DOWN;
    const endpoint = chooseEndpoint(participant.endpoints);
    let route = this.routes.get(endpoint);
    if (!route) {
      route = this.openRoute(participant, endpoint);
      this.routes.set(endpoint, route);
    }
    return route;
  }

  private openRoute(participant: Participant, endpoint: Endpoint): Route | Reply {
    const refusal = this.guard.check(endpoint.origin);
    if (refusal !== null) return rejected('target-refused', `${endpoint.origin}: ${refusal}`);
    const signing = signingKey(participant, this.env);
    if ('problem' in signing) {
      return { kind: 'failed', effect: 'none', error: stepError('signing-secret-missing', signing.problem) };
    }
    const line = this.connections.to(endpoint.origin, participant.timeout.connect);
    return { line, endpoint, key: signing.key };
  }
}

/** Nothing is sent any more; the next process that finds the saga goes on. */
const SHUT_DOWN: Reply = { kind: 'refused', by: 'shutdown', wait: 0 };

/** The call waited in vain for one of the connections to become free. */
const CROWDED: Reply = { kind: 'refused', by: 'connections', wait: 1_000 };

function isUnsentInTime(end: Answer | Fault): boolean {
  return 'error' in end && !end.wasSent && end.error.code === 'timeout';
}

function rejected(code: string, message: string): Reply {
  return { kind: 'rejected', error: stepError(code, message) };
}

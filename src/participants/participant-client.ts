import { errors } from 'undici';
import type { Reply } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import type { Answer } from './answer.js';
import { readAnswer } from './answers.js';
import { excerptOf } from './error-message.js';
import { Balancers } from './balancing/balancers.js';
import { HealthChecks } from './balancing/health-checks.js';
import { probeHealth } from './balancing/probe-health.js';
import { sendBalanced, type Sent } from './balancing/send-balanced.js';
import { Connections, MOST_CONNECTIONS } from './connections.js';
import { Exchange } from './exchange.js';
import { isUnconnected, readFault, type Fault } from './faults.js';
import type { Endpoint, Participant } from './participant.js';
import type { ParticipantCall } from './participant-call.js';
import type { EndpointSnapshot, ParticipantSnapshot } from './participant-snapshot.js';
import { requestHeaders } from './request-headers.js';
import { requestTarget } from './request-path.js';
import { Protections } from './protections.js';
import { Routes, type Route } from './routes.js';
import { ALONE, type Surroundings } from './surroundings.js';
import type { TargetGuard } from './targets.js';
import { TimerWheel } from './timer-wheel.js';

/** Calls participants over HTTP. One per process: it holds their connections. */
export class ParticipantClient {
  private readonly wheel = new TimerWheel();
  private readonly connections: Connections;
  private readonly routes: Routes;
  private readonly checks: HealthChecks;
  private readonly balancers: Balancers;
  /** The policies around every call. */
  readonly protections: Protections;
  private isClosed = false;

  /**
   * @param surroundings what the policies share with other processes. Default: nothing
   * @param env where signing secrets of the form `env:NAME` are looked up
   */
  constructor(
    private readonly guard: TargetGuard,
    surroundings: Surroundings = ALONE,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.connections = new Connections(guard, this.wheel);
    this.routes = new Routes(guard, this.connections, env);
    this.checks = new HealthChecks((participant, endpoint, path) => this.probe(participant, endpoint, path));
    this.balancers = new Balancers(this.checks);
    this.protections = new Protections((call) => this.exchange(call), surroundings, this.wheel);
  }

  /** Sends one attempt. Whatever the network or the participant does becomes a reply; a rejection is a bug of ours. */
  send(call: ParticipantCall): Promise<Reply> {
    return this.protections.of(call.participant).send(call);
  }

  /** Whether a call that something may stand in for should be left out now. Now and then one is not, to see how it goes. */
  isDegraded(participant: Participant): boolean {
    return this.protections.of(participant).isDegraded(participant);
  }

  /** How the participants fare that this process has called lately, by name. */
  snapshots(): Readonly<Record<string, ParticipantSnapshot>> {
    return this.protections.snapshots((name) => this.endpointsOf(name));
  }

  /** How calls are spread over the endpoints of this participant, as far as this process has called it. */
  endpointsOf(name: string): readonly EndpointSnapshot[] {
    return this.balancers.snapshot(name);
  }

  /** Cuts all connections: calls in flight end in doubt, so let them end first. Later calls are refused. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.checks.close();
    await this.connections.close();
  }

  private exchange(call: ParticipantCall): Promise<Reply> {
    const timeout = call.timeout ?? call.participant.timeout.total;
    let headers: string[] | null = null;
    return sendBalanced(this.balancers.of(call.participant), call, timeout, (endpoint, left) => {
      if (this.isClosed) return Promise.resolve(answered(SHUT_DOWN));
      const route = this.routes.to(call.participant, endpoint);
      if ('kind' in route) return Promise.resolve(answered(route));
      // The same for both endpoints when the first one could not be reached: it is one attempt.
      headers ??= requestHeaders(call, Date.now(), timeout, route.key);
      return this.sendTo(route, call, headers, left);
    });
  }

  private sendTo({ line, endpoint }: Route, call: ParticipantCall, headers: string[], timeout: number): Promise<Sent> {
    const path = requestTarget(endpoint.basePath, call.path);
    if (path === null) {
      const problem = `no request can be made of the path ${JSON.stringify(call.path)}`;
      return Promise.resolve(answered(rejected('invalid-path', problem)));
    }
    const body = call.method === 'GET' ? null : call.body;
    const isCrowded = line.load >= MOST_CONNECTIONS;
    line.load += 1;
    return new Promise((resolve, reject) => {
      const settle = (end: Answer | Fault): void => {
        line.load -= 1;
        if ('error' in end && end.error instanceof errors.InvalidArgumentError) reject(end.error);
        else if (isCrowded && isUnsentInTime(end)) resolve(answered(CROWDED));
        else resolve(this.read(call, endpoint, end));
      };
      const exchange = new Exchange(this.wheel, timeout, call.participant.maxResponseBytes, settle);
      line.pool.dispatch({ path, method: call.method, headers, body }, exchange);
    });
  }

  private read(call: ParticipantCall, endpoint: Endpoint, end: Answer | Fault): Sent {
    if ('status' in end) {
      const reply = readAnswer(call.operation, end, call.participant.answers, Date.now());
      const excerpt = reply.kind === 'rejected' || reply.kind === 'failed' ? excerptOf(end) : undefined;
      return { ...answered(reply), status: end.status, ...(excerpt !== undefined && { excerpt }) };
    }
    if (this.isClosed && !end.wasSent) return answered(SHUT_DOWN);
    return { reply: readFault(end, endpoint.origin), isUnconnected: isUnconnected(end) };
  }

  private probe(participant: Participant, endpoint: Endpoint, path: string): Promise<boolean | null> {
    if (this.guard.check(endpoint.origin) !== null) return Promise.resolve(null);
    return probeHealth(this.connections.to(endpoint.origin, participant.timeout.connect), this.wheel, {
      path: endpoint.basePath + path,
      timeout: Math.min(participant.loadBalancing.healthCheck?.interval ?? Infinity, participant.timeout.total),
    });
  }
}

/** Nothing is sent any more; the next process that finds the saga goes on. */
const SHUT_DOWN: Reply = { kind: 'refused', by: 'shutdown', wait: 0 };

/** The call waited in vain for one of the connections to become free. */
const CROWDED: Reply = { kind: 'refused', by: 'connections', wait: 1_000 };

/** There is no more to be tried with it at another endpoint. */
function answered(reply: Reply): Sent {
  return { reply, isUnconnected: false };
}

function isUnsentInTime(end: Answer | Fault): boolean {
  return 'error' in end && !end.wasSent && end.error.code === 'timeout';
}

function rejected(code: string, message: string): Reply {
  return { kind: 'rejected', error: stepError(code, message) };
}

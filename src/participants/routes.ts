import type { Reply } from '../saga/reply.js';
import { stepError } from '../saga/step-error.js';
import type { Connections, Line } from './connections.js';
import type { Endpoint, Participant } from './participant.js';
import { signingKey } from './signing.js';
import type { TargetGuard } from './targets.js';

/** Where a call goes. */
export interface Route {
  readonly line: Line;
  readonly endpoint: Endpoint;
  /** Signs the calls; `null`: they are not signed. */
  readonly key: Buffer | null;
}

/** The ways to all endpoints, each worked out once for every version of a participant's policy. */
export class Routes {
  private readonly known = new WeakMap<Participant, Map<Endpoint, Route | Reply>>();

  /** @param env where signing secrets of the form `env:NAME` are looked up */
  constructor(
    private readonly guard: TargetGuard,
    private readonly connections: Connections,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** The way, or the reply when there is none. */
  to(participant: Participant, endpoint: Endpoint): Route | Reply {
    let routes = this.known.get(participant);
    if (!routes) {
      routes = new Map();
      this.known.set(participant, routes);
    }
    let route = routes.get(endpoint);
    if (!route) {
      route = this.open(participant, endpoint);
      routes.set(endpoint, route);
    }
    return route;
  }

  private open(participant: Participant, endpoint: Endpoint): Route | Reply {
    const refusal = this.guard.check(endpoint.origin);
    if (refusal !== null) {
      return { kind: 'rejected', error: stepError('target-refused', `${endpoint.origin}: ${refusal}`) };
    }
    const signing = signingKey(participant, this.env);
    if ('problem' in signing) {
      return { kind: 'failed', effect: 'none', error: stepError('signing-secret-missing', signing.problem) };
    }
    return { line: this.connections.to(endpoint.origin, participant.timeout.connect), endpoint, key: signing.key };
  }
}

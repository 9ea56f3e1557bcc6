import { ParticipantClient } from '../participants/participant-client.js';
import { drawTogether } from '../participants/policies/limits/draw-together.js';
import type { Draw } from '../participants/policies/limits/schedule.js';
import type { TargetGuard } from '../participants/targets.js';
import type { Leases } from '../store/leases.js';
import type { Nodes } from '../store/nodes.js';
import type { EngineLog } from './engine-log.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { NodeAbout } from './node-report.js';
import { Peers } from './peers.js';

export interface ClientParts {
  readonly guard: TargetGuard;
  /** The schedules that all processes share. */
  readonly draw: Draw;
  readonly leases: Leases;
  readonly nodes: Nodes;
  readonly metrics: EngineMetrics;
  /** Name of this process. */
  readonly node: string;
  /** `null`: this process calls nobody. */
  readonly about: NodeAbout | null;
  readonly log: EngineLog;
}

/** Puts together who calls participants and who tells the other processes how they fare: each needs to hear the other. */
export function buildClient(parts: ClientParts): { client: ParticipantClient; peers: Peers } {
  const { guard, draw, leases, nodes, metrics, node, about, log } = parts;
  const client: ParticipantClient = new ParticipantClient(guard, {
    now: () => performance.now(),
    draw: drawTogether(draw),
    processes: () => peers.count(),
    takeProbe: (participant, ttl) => leases.take(`probe:${participant}`, node, ttl),
  });
  const snapshots = () => client.snapshots();
  const peers: Peers = new Peers(nodes, { node, about, snapshots }, log);
  peers.onRound(() => client.protections.heed((participant) => peers.reportsOf(participant)));
  peers.onOrders((orders) => client.protections.obey(orders));
  metrics.policies.watch(snapshots);
  return { client, peers };
}

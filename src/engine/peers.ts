import { performance } from 'node:perf_hooks';
import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';
import type { BreakerReport } from '../participants/policies/breaker/breaker-report.js';
import type { ForcedState } from '../store/breaker-orders.js';
import type { Nodes } from '../store/nodes.js';
import type { EngineLog } from './engine-log.js';
import { Neighbours } from './neighbours.js';
import { writeReport, type NodeAbout } from './node-report.js';

/** Between two rounds, in ms, a quarter more or less: an order is in force everywhere within two seconds (contract §6). */
const INTERVAL = 1_000;

/** What {@link Peers} has to know of the process that it speaks for. */
export interface PeersOptions {
  /** Name of this process. */
  readonly node: string;
  /** `null`: this process does not drive sagas. It listens and says nothing. */
  readonly about: NodeAbout | null;
  /** Of the participants that were called here lately. */
  readonly snapshots: () => Readonly<Record<string, ParticipantSnapshot>>;
}

/**
 * The processes of one installation know of each other by Postgres: about once a second each tells how its participants
 * fare, hears what the others tell, and learns what operators have ordered, all in one statement.
 *
 * While Postgres is away the others are believed in for ten seconds and orders for as long as it takes.
 */
export class Peers {
  private readonly neighbours = new Neighbours();
  private ordered: ReadonlyMap<string, ForcedState> = new Map();
  private readonly roundListeners: (() => void)[] = [];
  private readonly orderListeners: ((orders: ReadonlyMap<string, ForcedState>) => void)[] = [];
  /** One round after the other, so that what is heard first never overwrites what is heard later. */
  private turn: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private isFailing = false;

  constructor(
    private readonly nodes: Nodes,
    private readonly options: PeersOptions,
    private readonly log: EngineLog,
  ) {}

  /** Has heard of orders and of the others when it resolves, unless Postgres is away. */
  async start(): Promise<void> {
    this.isRunning = true;
    await this.refresh();
    this.schedule();
  }

  /** Takes its leave of the others. */
  async stop(): Promise<void> {
    this.isRunning = false;
    clearTimeout(this.timer);
    await this.turn;
    // Postgres may be away; the others notice by themselves after a few seconds.
    if (this.options.about) await this.nodes.forget(this.options.node).catch(() => undefined);
  }

  /** A round out of turn, which shows what was stored before it was asked for. Never rejects. */
  refresh(): Promise<void> {
    return (this.turn = this.turn.then(() => this.round()));
  }

  /** Live processes that drive sagas, this one included if it does; at least 1. */
  count(): number {
    return Math.max(1, this.neighbours.count(performance.now()) + (this.options.about ? 1 : 0));
  }

  /** What the other live processes see of a participant's breaker, as old as it is now. */
  reportsOf(participant: string): readonly BreakerReport[] {
    return this.neighbours.reportsOf(participant, performance.now());
  }

  /** What operators have ordered of breakers; the others decide by themselves. */
  orders(): ReadonlyMap<string, ForcedState> {
    return this.ordered;
  }

  /** Called after each round, whether it went well or not: what is known has grown older in any case. */
  onRound(listener: () => void): void {
    this.roundListeners.push(listener);
  }

  /** Called with all orders when there is a new one, or one is gone. */
  onOrders(listener: (orders: ReadonlyMap<string, ForcedState>) => void): void {
    this.orderListeners.push(listener);
  }

  private schedule(): void {
    if (!this.isRunning) return;
    const wait = INTERVAL * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => void this.refresh().then(() => this.schedule()), wait);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    const { node, about, snapshots } = this.options;
    try {
      const { others, orders } = await this.nodes.round(node, about && writeReport(about, snapshots()));
      this.neighbours.hear(others, performance.now());
      this.obey(new Map(Object.entries(orders)));
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing) this.log.warn({ err }, 'the other processes could not be heard; listening again');
      this.isFailing = true;
    }
    for (const listener of this.roundListeners) listener();
  }

  private obey(orders: ReadonlyMap<string, ForcedState>): void {
    const isSame = orders.size === this.ordered.size && [...orders].every(([of, is]) => this.ordered.get(of) === is);
    if (isSame) return;
    this.ordered = orders;
    for (const listener of this.orderListeners) listener(orders);
  }
}

import type { BulkOperations } from '../../store/bulk-operations.js';
import type { Leases } from '../../store/leases.js';
import type { EngineLog } from '../engine-log.js';
import type { BulkRound } from './bulk-round.js';
import { Pace } from './pace.js';

/** How often this process asks for operations, and how often it goes on with those that it has found, ms. */
const IDLE = 1_000;
const BUSY = 200;
/** How long an operation belongs to a process that has fallen silent, ms. Two at once do no harm but to the rate. */
const LEASE = 5_000;

/** Carries out bulk operations, each in one process at a time. All that it knows is in Postgres: any process can go on. */
export class BulkRunner {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private isFailing = false;
  private isStopping = false;
  private readonly paces = new Map<string, Pace>();

  constructor(
    private readonly operations: BulkOperations,
    private readonly round: BulkRound,
    private readonly leases: Leases,
    private readonly node: string,
    private readonly log: EngineLog,
  ) {}

  start(): void {
    this.schedule(IDLE);
  }

  /** Resolves when the batch at hand is settled. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.round.stop();
    clearTimeout(this.timer);
    await this.running;
    // Others need not wait until they pass.
    const held = [...this.paces.keys()].map((id) => this.leases.release(leaseOf(id), this.node));
    await Promise.allSettled(held);
  }

  private schedule(wait: number): void {
    this.timer = setTimeout(() => {
      this.running = this.turn().then((hasWork) => {
        this.running = null;
        if (!this.isStopping) this.schedule(hasWork ? BUSY : IDLE);
      });
    }, wait);
    this.timer.unref();
  }

  /** @returns whether there is more to do soon */
  private async turn(): Promise<boolean> {
    let hasWork = false;
    try {
      const open = await this.operations.open();
      for (const id of this.paces.keys()) if (!open.some((operation) => operation.id === id)) this.paces.delete(id);
      for (const operation of open) {
        if (this.isStopping || !(await this.leases.take(leaseOf(operation.id), this.node, LEASE))) continue;
        hasWork = true;
        const pace = this.paces.get(operation.id) ?? new Pace(performance.now());
        this.paces.set(operation.id, pace);
        await this.round.run(operation, pace);
      }
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing) this.log.warn({ err }, 'bulk operations could not be carried on; trying again');
      this.isFailing = true;
    }
    return hasWork;
  }
}

function leaseOf(id: string): string {
  return `bulk/${id}`;
}

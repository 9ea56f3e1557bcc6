import type { Backend, Take, WorkerConnection } from './backend.js';
import type { WakeHint } from './hint.js';
import type { Log } from './log.js';
import { within } from './within.js';

export interface WorkerSetOptions {
  readonly backend: Backend;
  /** One worker for each. */
  readonly queues: readonly string[];
  /** Hints that each worker may have in hand at once. */
  readonly concurrency: number;
  readonly take: Take;
  /** Hints that were fetched but will not be taken any more. */
  readonly putBack: (hint: WakeHint) => void;
  readonly log: Log;
}

/** One generation of workers. It starts once and stops once; the next generation is a new object. */
export class WorkerSet {
  private readonly connections: WorkerConnection[];
  /** Hints that wait for room in the engine, and how to let go of each. */
  private readonly inHand = new Map<() => void, WakeHint>();
  private stopping = false;
  /** Hints fetched so far. */
  taken = 0;
  readonly take: Take;

  constructor(private readonly options: WorkerSetOptions) {
    const { backend, queues, concurrency } = options;
    this.take = options.take;
    this.connections = queues.map((name) => backend.worker(name, (hint) => this.hold(hint), concurrency));
    for (const { worker } of this.connections) {
      worker.run().catch((err: unknown) => options.log.error({ err }, 'a worker of the queue broke down'));
    }
  }

  /** Whether a healthy set would fetch another hint now. */
  hasRoom(): boolean {
    return !this.stopping && this.inHand.size < this.options.concurrency * this.connections.length;
  }

  /**
   * Fetches nothing more, puts back what the engine has not taken yet, and closes the connections.
   * @param patience ms to wait for the last jobs to be signed off; then the connections are cut
   */
  async stop(patience: number): Promise<void> {
    this.stopping = true;
    for (const [letGo, hint] of this.inHand) {
      this.options.putBack(hint);
      letGo();
    }
    const closing = Promise.all(this.connections.map(({ worker }) => worker.close(patience === 0)));
    await within(patience, 'closing the workers', closing).catch(() => undefined);
    for (const { disconnect } of this.connections) disconnect();
  }

  /** Settles when the engine has taken the hint over, or when the set stops. */
  private hold(hint: WakeHint): Promise<void> {
    if (this.stopping) {
      this.options.putBack(hint);
      return Promise.resolve();
    }
    this.taken++;
    return new Promise((resolve, reject) => {
      this.inHand.set(resolve, hint);
      this.passOn(hint)
        .then(resolve, reject)
        .finally(() => this.inHand.delete(resolve));
    });
  }

  private async passOn(hint: WakeHint): Promise<void> {
    try {
      await this.take(hint);
    } catch (err) {
      // The sweep comes back to these sagas; the job stays among the failed ones for whoever wonders.
      this.options.log.error({ err, sagas: hint.ids }, 'the engine did not take a hint over');
      throw err;
    }
  }
}

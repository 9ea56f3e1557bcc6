import type { Engine } from '../engine/engine.js';
import type { WakeQueue } from '../queue/wake-queue.js';

/** Job → engine: every hint that the queue brings goes to the engine, which takes the sagas as it has room. */
export class Worker {
  constructor(
    private readonly queue: WakeQueue,
    private readonly engine: Engine,
  ) {}

  async start(): Promise<void> {
    await this.queue.start((hint) => this.engine.take(hint));
  }
}

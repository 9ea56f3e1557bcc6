import type { SagaStarter } from './delivery.js';
import { Hand, type Delivered, type Transact } from './hand.js';
import type { RelaySettings } from './relay-options.js';
import { Shift } from './shift.js';
import type { OutboxStatements } from './statements.js';

/** So many times in a row that Skald takes nothing end a pass. */
const ENOUGH = 3;

/**
 * Starts the sagas that transactions have written into an outbox. Made by {@link Outbox.relay}.
 *
 * Every replica of a service may run one: a row is in the hand of one relay at a time, and a relay that dies with rows in
 * hand loses them to the others after a lease. What is delivered twice on the way has the same idempotency key, so there
 * is one saga. Rows go out oldest first and side by side; there is no order between their sagas.
 *
 * @example
 * const relay = outbox.relay(skald);
 * relay.start();
 * process.once('SIGTERM', async () => {
 *   await relay.stop();
 *   await pool.end();
 * });
 */
export class Relay {
  #shift: Shift | null = null;

  /** @internal */
  constructor(
    private readonly transact: Transact,
    private readonly statements: OutboxStatements,
    private readonly skald: SagaStarter,
    private readonly settings: RelaySettings,
  ) {}

  /** Delivers from now on, until {@link stop}. Does nothing if it does so already. The process stays up for it. */
  start(): void {
    this.#shift ??= new Shift(this.#hand(), this.settings);
  }

  /** Takes no more rows, and is fulfilled when those in hand are dealt with: within `timeout`, and a moment. */
  async stop(): Promise<void> {
    const shift = this.#shift;
    this.#shift = null;
    await shift?.end();
  }

  /**
   * Has it look for rows now, not at its next interval: to be called after a commit, where a start is urgent.
   * (A `notify` in the transaction would reach the relays of all replicas, but Postgres lets transactions that notify
   * commit only one by one, and your business would pay for that.)
   *
   * @example
   * await transaction(async (tx) => outbox.startInTransaction(tx, placeOrder, { orderId }));
   * relay.nudge();
   */
  nudge(): void {
    this.#shift?.nudge();
  }

  /**
   * One pass, for cron jobs and tests: delivers what is due now, and ends when there is no more, or when Skald can't be
   * reached. It may run beside a relay that is started, here or elsewhere.
   *
   * @returns how many rows came to what
   * @throws what the database throws
   */
  async deliver(): Promise<Delivered> {
    const hand = this.#hand();
    let isMore = true;
    try {
      while (isMore || hand.isCalling || hand.hasEnded) {
        const room: number = isMore ? hand.room : 0;
        if (room > 0 || hand.hasEnded) {
          const taken = await hand.turn(room);
          isMore &&= taken === room && hand.failures < ENOUGH;
        }
        if (hand.isCalling) await hand.bell.wait(this.settings.interval);
      }
      while (await hand.prune());
      return hand.delivered;
    } finally {
      while (hand.isCalling) await hand.bell.wait(this.settings.interval);
    }
  }

  #hand(): Hand {
    return new Hand(this.transact, this.statements, this.skald, this.settings);
  }
}

import type { WakeHint } from '../queue/hint.js';
import type { SagaState } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { StoreUnavailable } from '../store/errors.js';
import type { Claimed } from '../store/sagas.js';
import { crashPoint } from './crash-points.js';
import { Driver, type DriverTools, type Handover } from './driver.js';
import { FRESH_SHARE, MAX_RECOVERIES, type EngineOptions } from './engine-options.js';
import type { EngineLog } from './engine-log.js';
import type { EngineMetrics } from './engine-metrics.js';
import { HandedOver } from './handed-over.js';

/** A saga in the hands of this process. */
interface Held {
  /** `null` while it is being read. */
  driver: Driver | null;
  readonly since: number;
  /** A hint that came meanwhile: the driver may have parked the saga without having heard so. */
  missed: WakeHint | null;
}

/**
 * The sagas that this process drives: as many at once as it has room for, each one once, and each with a lease in
 * Postgres that is kept up for as long as its driver runs.
 */
export class Drivers {
  private readonly held = new Map<string, Held>();
  private readonly handedOver = new HandedOver();
  private waitingForRoom: (() => void)[] = [];
  private leaseTimer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly tools: DriverTools,
    private readonly options: EngineOptions,
    private readonly metrics: EngineMetrics,
    private readonly log: EngineLog,
  ) {}

  get room(): number {
    return this.isStopping ? 0 : this.options.maxInFlight - this.held.size;
  }

  get count(): number {
    return this.held.size;
  }

  start(): void {
    this.leaseTimer = setInterval(() => void this.keepLeases(), this.options.lease / 3);
  }

  /** A saga that was made durable here, belongs to nobody, and whose hint is about to be sent. */
  handOver(state: SagaState): void {
    this.handedOver.put(state, this.tools.clock.now());
  }

  /** Tells the driver of this saga, if it is here, that the journal has moved. */
  refresh(state: SagaState): void {
    this.handedOver.update(state);
    this.held.get(state.id)?.driver?.refresh();
  }

  /**
   * Takes the sagas of a hint; settles when all of them are being driven, need not be, or were passed on because this
   * process stops.
   */
  async take(hint: WakeHint): Promise<void> {
    crashPoint('after-wake');
    const ids = hint.ids.filter((id) => !this.putOff(id, hint));
    this.metrics.dispatched('queue', ids.length);
    const late: string[] = [];
    for (const [i, id] of ids.entries()) {
      if (this.room <= 0 && !this.isStopping) await this.roomAgain();
      if (this.isStopping) {
        ids.slice(i).forEach((left) => this.tools.wake(left));
        break;
      }
      const state = this.handedOver.take(id, hint.wokenAt, hint.by === this.tools.node);
      const isFresh =
        !hint.isDue && !hint.isRepeat && this.tools.clock.now() - hint.wokenAt <= this.options.lease * FRESH_SHARE;
      if (!isFresh) late.push(id);
      else if (state) this.drive(id, () => ({ state, isRecovery: false }));
      else this.drive(id, () => this.read(id));
    }
    if (late.length > 0) await this.claim(late, !hint.isRepeat && !hint.isDue);
  }

  /** Drives sagas that the sweep has claimed. */
  takeClaimed(claimed: readonly Claimed[]): void {
    for (const { id, wasParked, recoveries } of claimed) {
      if (this.held.has(id)) continue;
      if (recoveries > MAX_RECOVERIES) void this.setAside(id, recoveries);
      else this.drive(id, () => this.load(id, () => !wasParked));
    }
  }

  /** From now on nothing is taken. */
  closeDoors(): void {
    this.isStopping = true;
    this.waitingForRoom.splice(0).forEach((goOn) => goOn());
  }

  /** Takes nothing new and lets go of everything; settles when all is let go or `timeout` ms are over. */
  async stop(timeout: number): Promise<void> {
    this.closeDoors();
    for (const { driver } of this.held.values()) driver?.stop();
    const until = performance.now() + timeout;
    while (this.held.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    clearInterval(this.leaseTimer);
    if (this.held.size > 0) {
      this.log.warn({ sagas: this.held.size }, 'let go of sagas with calls in flight; they come back by their lease');
    }
  }

  /**
   * Sagas of a hint that was long under way. One that was accepted under it and has neither moved nor been claimed since
   * has waited for this very hint: nobody has driven it.
   */
  private async claim(ids: readonly string[], isFirst: boolean): Promise<void> {
    for (const { id, wasParked, recoveries } of await this.tools.sagas.claim(ids, this.options.lease)) {
      const hasBeenDriven = ({ seq }: SagaState) => !(isFirst && seq === 1 && recoveries === 1);
      this.drive(id, () => this.load(id, (state) => !wasParked && hasBeenDriven(state)));
    }
  }

  /** A saga that was handed over by another process: nobody else has a hint for it. Asleep, it has been driven already. */
  private async read(id: string): Promise<Handover | null> {
    const loaded = await this.tools.recorder.load(id);
    if (!loaded || loaded.state.ended || loaded.row.parked) return null;
    return { state: loaded.state, isRecovery: false };
  }

  private async load(id: string, isRecovery: (state: SagaState) => boolean): Promise<Handover | null> {
    const loaded = await this.tools.recorder.load(id);
    if (!loaded || loaded.state.ended) return null;
    const handover = { state: loaded.state, isRecovery: isRecovery(loaded.state) };
    if (handover.isRecovery) this.metrics.recovered();
    return handover;
  }

  private drive(id: string, handover: () => Handover | null | Promise<Handover | null>): void {
    if (this.held.has(id)) return;
    const held: Held = { driver: null, since: performance.now(), missed: null };
    this.held.set(id, held);
    void this.run(id, held, handover).finally(() => {
      this.held.delete(id);
      this.waitingForRoom.shift()?.();
      // If that fails nothing is lost: the lease runs out, and the sweep finds it.
      if (held.missed) void this.take(held.missed).catch(() => undefined);
    });
  }

  /** A hint for a saga that is held is taken when that is over. What was kept of the saga may be old by then. */
  private putOff(id: string, hint: WakeHint): boolean {
    const held = this.held.get(id);
    if (!held) return false;
    held.missed = { ...hint, ids: [id] };
    this.handedOver.take(id, hint.wokenAt, false);
    return true;
  }

  private async run(id: string, held: Held, handover: () => Handover | null | Promise<Handover | null>): Promise<void> {
    try {
      const given = await handover();
      if (!given) return;
      held.driver = new Driver(this.tools, given);
      if (this.isStopping) held.driver.stop();
      await held.driver.run();
    } catch (err) {
      if (err instanceof StoreUnavailable) return; // nothing is lost: the lease runs out, and the sweep finds it
      this.log.error({ err, saga: id }, 'a saga could not be driven; it is tried again, and set aside if that goes on');
      await this.tools.sagas.release(id, this.options.breather, false).catch(() => undefined);
    }
  }

  private async setAside(id: string, recoveries: number): Promise<void> {
    const error = stepError('set-aside', `its driver broke ${recoveries} times in a row without a step forward`);
    try {
      await this.tools.sagas.setAside(id, error);
      this.log.error({ saga: id }, 'set a saga aside for an operator');
    } catch (err) {
      this.log.error({ err, saga: id }, 'a saga could not be set aside; the sweep will meet it again');
    }
  }

  /** The sign of life. What it brings back tells which sagas were written to by somebody else meanwhile. */
  private async keepLeases(): Promise<void> {
    const old = performance.now() - this.options.lease / 4;
    const ids = [...this.held].flatMap(([id, held]) => (held.driver && held.since < old ? [id] : []));
    if (ids.length === 0) return;
    try {
      const kept = new Map((await this.tools.sagas.extend(ids, this.options.lease)).map(({ id, seq }) => [id, seq]));
      for (const id of ids) {
        const driver = this.held.get(id)?.driver;
        const seq = kept.get(id);
        if (driver && (seq === undefined || seq > driver.seq)) driver.refresh();
      }
    } catch (err) {
      this.log.warn({ err }, 'leases could not be kept up; others may take these sagas over');
    }
  }

  private roomAgain(): Promise<void> {
    return new Promise((resolve) => this.waitingForRoom.push(resolve));
  }
}

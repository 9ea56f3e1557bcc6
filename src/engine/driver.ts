import type { SagaEvent } from '../saga/events.js';
import { next, type Command, type Plan } from '../saga/next.js';
import type { SagaState } from '../saga/state.js';
import { statusOf } from '../saga/state.js';
import type { Performer } from './performer.js';
import { MOMENT } from './engine-options.js';
import { crashPoint } from './crash-points.js';
import type { Recorder } from './recorder.js';
import { drivenRow, parkedRow } from './row-change.js';
import type { DatabaseClock } from '../store/database-clock.js';
import type { Sagas } from '../store/sagas.js';

/** What a driver works with: the same for all drivers of a process. */
export interface DriverTools {
  readonly recorder: Recorder;
  readonly performer: Performer;
  readonly sagas: Sagas;
  readonly clock: DatabaseClock;
  /** Ends what this process writes into the journal's `by`. */
  readonly node: string;
  /** Somebody should look at the saga now; this process will not. */
  readonly wake: (sagaId: string) => void;
  /** The saga will have something to do at `at`. */
  readonly wakeAt: (sagaId: string, at: number) => void;
}

/** How a driver came by its saga. */
export interface Handover {
  readonly state: SagaState;
  /** The last driver vanished: calls that had started may be in flight or lost. */
  readonly isRecovery: boolean;
}

/** Commands that look at another saga: they answer by an event, or not yet. */
type Watcher = Extract<Command, { type: 'watch-child' | 'undo-child' | 'watch-parent' }>;

function isOtherDriver(by: string, node: string): boolean {
  return by.startsWith('engine/') && by !== `engine/${node}`;
}

/** Most rounds in a row that may change nothing: more is a bug, and must not burn the CPU. */
const MAX_IDLE_ROUNDS = 20;

/**
 * Drives one saga: asks the core what to do, does it, records what came of it, until the saga ends or has to wait for
 * longer than a moment. Any number of drivers may hold the same saga by mistake: the fence lets only one record.
 */
export class Driver {
  private state: SagaState;
  private inbox: SagaEvent[] = [];
  private readonly inFlight = new Set<string>();
  /** Watchers asked since the last entry: they answer by an event or not at all. */
  private readonly asked = new Set<string>();
  private owesRow: boolean;
  private isStale = false;
  /** No new calls: `stopping` gives the saga back, `yielding` leaves it to the process that has taken it over. */
  private mode: 'driving' | 'stopping' | 'yielding' = 'driving';
  private isOver = false;
  private nudge: () => void = () => undefined;

  constructor(
    private readonly tools: DriverTools,
    { state, isRecovery }: Handover,
  ) {
    this.state = state;
    this.owesRow = isRecovery;
    // Before anything is sent: what the dead driver may have sent is in doubt, and the entry fences it.
    if (isRecovery) this.inbox.push({ type: 'taken-over' });
  }

  get sagaId(): string {
    return this.state.id;
  }

  /** Who writes: a driver reads an entry of another `engine/…` as word that it has lost the saga. */
  private get signature(): string {
    return `${this.mode === 'yielding' ? 'late' : 'engine'}/${this.tools.node}`;
  }

  get seq(): number {
    return this.state.seq;
  }

  /** Somebody else has written to the journal: look again. */
  refresh(): void {
    this.isStale = true;
    this.nudge();
  }

  /** Starts nothing new, and lets go as soon as the calls in flight are answered and recorded. */
  stop(): void {
    if (this.mode === 'driving') this.mode = 'stopping';
    this.nudge();
  }

  /** Ends when the saga is let go. Rejects for faults of the store and for bugs; the saga then comes back by its lease. */
  async run(): Promise<void> {
    let idleRounds = 0;
    while (!this.isOver) {
      if (this.isStale) await this.reload();
      const plan = this.plan();
      if (this.inbox.length === 0) this.carryOut(plan.commands);
      if (this.inbox.length > 0) {
        const hasMoved = await this.record();
        idleRounds = hasMoved ? 0 : idleRounds + 1;
        if (idleRounds > MAX_IDLE_ROUNDS) throw new Error(`saga ${this.sagaId} turns in a circle at ${this.seq}`);
      } else if (this.inFlight.size > 0) {
        await this.nextEvent(plan.wakeAt);
      } else if (this.mode === 'yielding') {
        return;
      } else if (this.mode === 'stopping') {
        await this.tools.sagas.release(this.sagaId, 0, true);
        this.leave(this.tools.clock.now());
        return;
      } else if (this.isMomentAway(plan)) {
        await this.nextEvent(plan.wakeAt);
      } else {
        await this.letGo(plan);
      }
    }
  }

  private plan(): Plan {
    const plan = next(this.state, this.tools.clock.now());
    return this.mode === 'driving' ? plan : { ...plan, commands: [] };
  }

  private isMomentAway({ wakeAt }: Plan): boolean {
    return wakeAt !== null && wakeAt - this.tools.clock.now() <= MOMENT;
  }

  private carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      switch (command.type) {
        case 'tick':
          this.inbox.push({ type: 'tick' });
          break;
        case 'settle':
          // Attested: a driver that took the saga over has recorded that, before anything else.
          if (!this.inFlight.has(`action/${command.step.name}`)) {
            this.inbox.push({ type: 'lost', step: command.step.name, attested: true });
          }
          break;
        case 'call':
          this.perform(`${command.operation}/${command.step.name}`, command);
          break;
        case 'decide':
        case 'choose-child':
          this.perform(`${command.type}/${command.step.name}`, command);
          break;
        case 'watch-child':
        case 'undo-child':
        case 'watch-parent':
          this.ask(command);
          break;
      }
    }
  }

  private ask(command: Watcher): void {
    const key = command.type === 'watch-parent' ? command.type : `${command.type}/${command.step.name}`;
    if (this.asked.has(key)) return;
    this.asked.add(key);
    this.perform(key, command);
  }

  private perform(key: string, command: Exclude<Command, { type: 'tick' | 'settle' }>): void {
    if (this.inFlight.has(key)) return;
    this.inFlight.add(key);
    void this.tools.performer
      .perform(this.state, command)
      .then(
        (event) => event && this.inbox.push(event),
        (err: unknown) => this.fail(err),
      )
      .then(() => {
        this.inFlight.delete(key);
        this.nudge();
      });
  }

  private failure: { readonly err: unknown } | null = null;

  private fail(err: unknown): void {
    this.failure ??= { err };
  }

  /** Resolves when something has come in, or at `until`. */
  private async nextEvent(until: number | null): Promise<void> {
    if (this.inbox.length === 0 && !this.isStale && !this.failure) {
      await new Promise<void>((resolve) => {
        this.nudge = resolve;
        if (until !== null) {
          const timer = setTimeout(resolve, Math.max(1, until - this.tools.clock.now()));
          this.nudge = () => {
            clearTimeout(timer);
            resolve();
          };
        }
      });
      this.nudge = () => undefined;
    }
    if (this.failure) throw this.failure.err;
  }

  /** @returns whether the saga has a new entry */
  private async record(): Promise<boolean> {
    const events = this.inbox.splice(0);
    for (;;) {
      const decision = await this.tools.recorder.decide(this.state, events);
      if (decision.facts.length === 0) return false;
      const { after } = decision;
      const plan = next(after, this.tools.clock.now());
      const isIdle = this.inFlight.size === 0 && plan.commands.length === 0 && !this.isMomentAway(plan);
      const isLettingGo = isIdle && this.mode !== 'yielding';
      if (isLettingGo) crashPoint('before-park');
      const hasNewStatus = statusOf(after) !== statusOf(this.state);
      const row = isLettingGo ? parkedRow(after, plan) : hasNewStatus || this.owesRow ? drivenRow(after) : undefined;

      const { outcome } = await this.tools.recorder.record(decision, this.signature, row);
      if (outcome === 'fenced') {
        await this.reload();
        continue; // also when the saga is another's by now: an action that took effect must not get lost
      }
      this.state = after;
      this.asked.clear();
      if (row) this.owesRow = false;
      if (isLettingGo) this.leave(plan.wakeAt);
      return true;
    }
  }

  /** Parks without an entry: there is nothing to do but to wait. */
  private async letGo(plan: Plan): Promise<void> {
    crashPoint('before-park');
    const isParked = await this.tools.sagas.park(this.sagaId, this.seq, parkedRow(this.state, plan));
    if (isParked) this.leave(plan.wakeAt);
    else this.isStale = true; // a message, or word from a child or parent, came in between
  }

  private leave(wakeAt: number | null): void {
    this.isOver = true;
    if (wakeAt !== null) this.tools.wakeAt(this.sagaId, wakeAt);
  }

  private async reload(): Promise<void> {
    this.isStale = false;
    const loaded = await this.tools.recorder.load(this.sagaId);
    if (!loaded) throw new Error(`saga ${this.sagaId} has vanished`);
    // Another process has taken the saga over in the belief that this one was dead: leave it to that one, but report what
    // the calls in flight come to.
    const isTakenOver = loaded.entries.some(({ seq, by }) => seq > this.seq && isOtherDriver(by, this.tools.node));
    this.asked.clear();
    this.state = loaded.state;
    if (isTakenOver) this.mode = 'yielding';
    if (this.state.ended) this.isOver = true;
  }
}

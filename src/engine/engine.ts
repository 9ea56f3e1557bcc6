import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry, OrderKey } from '../saga/facts.js';
import type { SagaEvent, CallbackResult } from '../saga/events.js';
import type { Json } from '../saga/json.js';
import type { SagaOrder } from '../saga/order.js';
import type { Refusal } from '../saga/refusal.js';
import type { SagaState } from '../saga/state.js';
import type { WakeHint } from '../queue/hint.js';
import type { WakeQueue, WakeQueueState } from '../queue/wake-queue.js';
import type { Journal } from '../store/journal.js';
import type { SagaFilter } from '../store/saga-conditions.js';
import type { SagaList } from '../store/saga-list.js';
import type { CallbackGrant, CallbackTokens } from './callback-tokens.js';
import type { Drivers } from './drivers.js';
import type { EngineLog } from './engine-log.js';
import type { EngineOptions } from './engine-options.js';
import { Draining, UnknownSaga } from './engine-errors.js';
import type { EntryFeed } from './entry-feed.js';
import type { Delivery, Messages } from './messages.js';
import type { Loaded, Recorder } from './recorder.js';
import { auditOf } from './saga-audit.js';
import type { StartRequest, StartResult, Starts } from './starts.js';
import type { Sweep } from './sweep.js';

/** How often a saga that another process may be driving is looked at while somebody waits for its end, in ms. */
const POLL_INTERVAL = 200;

/** What an operator wants of a saga. */
export interface Order {
  readonly what: SagaOrder;
  /** Kept in the journal and in the audit trail. */
  readonly reason: string;
  /** Who orders it: see {@link AuditRecord.actor}. */
  readonly actor: string;
  readonly requestId?: string;
  readonly idempotency?: OrderKey;
  /** Whether the saga may be at this entry, as the operator has seen it. Default: at any. */
  readonly fits?: (seq: number) => boolean;
}

/** What the rest of the server asks of sagas: start, tell, look, drive. Coordinates, and holds no rule. */
export class Engine {
  private isDraining = false;

  constructor(
    private readonly parts: {
      readonly starts: Starts;
      readonly messages: Messages;
      readonly recorder: Recorder;
      readonly drivers: Drivers;
      readonly sweep: Sweep;
      readonly tokens: CallbackTokens;
      readonly queue: WakeQueue;
      readonly journal: Journal;
      readonly list: SagaList;
      readonly feed: EntryFeed;
      readonly options: EngineOptions;
      readonly log: EngineLog;
    },
  ) {}

  get draining(): boolean {
    return this.isDraining;
  }

  /** Sagas in the hands of this process. */
  get driving(): number {
    return this.parts.drivers.count;
  }

  /** Whether the queue answers, and what has gone through it. */
  queueState(): WakeQueueState {
    return this.parts.queue.state();
  }

  /** Begins to drive, if this process does. */
  start(): void {
    this.parts.feed.onConcerned = (ids) => ids.forEach((id) => this.parts.queue.wakeLater(id, 0));
    if (!this.parts.options.drives) return;
    this.parts.drivers.start();
    this.parts.sweep.start();
  }

  /** Accepts a saga: when this resolves it is durable. */
  async startSaga(request: StartRequest): Promise<StartResult> {
    if (this.isDraining) throw new Draining('the server is shutting down: send this to another one');
    return this.parts.starts.start(request);
  }

  /** Drives the sagas of a hint; settles when they are taken. */
  async take(hint: WakeHint): Promise<void> {
    await this.parts.drivers.take(hint);
  }

  signal(sagaId: string, signal: string, payload: Json, by: string): Promise<Delivery> {
    return this.deliver(sagaId, { type: 'signal', signal, payload }, by);
  }

  /** @throws UnknownSaga, SagaMoved */
  order(sagaId: string, { what, reason, actor, requestId, idempotency, fits }: Order): Promise<Delivery> {
    const event: SagaEvent = { type: 'order', order: what, reason, ...(idempotency && { idempotency }) };
    const by = { actor, reason, ...(requestId !== undefined && { requestId }) };
    // Clients may order one thing, too.
    const role = what.verb === 'cancel' ? 'client' : 'operator';
    return this.parts.messages.deliver(sagaId, event, `${role}:${actor}`, {
      ...(fits && { fits }),
      audit: (decision) => auditOf(decision, what, by),
    });
  }

  /** Why the saga would not take the order now; `null`: it would. Records nothing. */
  async foresee(sagaId: string, order: SagaOrder, reason: string): Promise<Refusal | null> {
    const loaded = await this.parts.recorder.load(sagaId);
    if (!loaded) return new UnknownSaga(sagaId);
    const { refused } = await this.parts.recorder.decide(loaded.state, [{ type: 'order', order, reason }]);
    return refused ?? null;
  }

  /** @returns `null` when the token is not one of ours */
  async callback(
    token: string,
    result: CallbackResult,
  ): Promise<{ readonly step: string; readonly state: SagaState; readonly refused?: Refusal } | null> {
    const grant = this.parts.tokens.read(token);
    if (!grant) return null;
    const loaded = await this.parts.recorder.load(grant.sagaId);
    const step = loaded?.state.definition.steps[grant.step]?.name;
    if (step === undefined) return null;
    const { operation } = grant satisfies CallbackGrant;
    return { step, ...(await this.deliver(grant.sagaId, { type: 'callback', step, operation, result }, 'callback')) };
  }

  /** @throws UnknownSaga */
  async find(sagaId: string): Promise<Loaded> {
    const loaded = await this.parts.recorder.load(sagaId);
    if (!loaded) throw new UnknownSaga(sagaId);
    return loaded;
  }

  /** @throws UnknownSaga */
  async entries(
    sagaId: string,
    after: number,
  ): Promise<{ readonly entries: readonly Entry[]; readonly hasEnded: boolean }> {
    const stored = await this.parts.journal.read(sagaId);
    if (!stored) throw new UnknownSaga(sagaId);
    const { row, entries } = stored;
    const hasEnded = row.status === 'completed' || row.status === 'compensated';
    return { hasEnded, entries: entries.filter((entry) => entry.seq > after) };
  }

  /** Sagas that meet the filter, newest first. */
  async list(
    filter: SagaFilter,
    limit: number,
    cursor?: string,
  ): Promise<{ items: Loaded[]; nextCursor: string | null }> {
    const page = await this.parts.list.find(filter, limit, cursor);
    const loaded = await Promise.all(page.items.map((row) => this.parts.recorder.load(row.id)));
    return { items: loaded.filter((saga) => saga !== null), nextCursor: page.nextCursor };
  }

  /** Resolves when the saga has ended, is stuck, or `timeout` ms are over, whichever comes first. */
  async waitForEnd(sagaId: string, timeout: number, signal?: AbortSignal): Promise<void> {
    const until = performance.now() + timeout;
    for (;;) {
      const [row] = await this.parts.journal.readRows([sagaId]);
      const isOver =
        row === undefined || row.status === 'completed' || row.status === 'compensated' || row.status === 'stuck';
      const left = until - performance.now();
      if (isOver || left <= 0 || signal?.aborted || this.isDraining) return;
      await this.nextEntry(sagaId, Math.min(left, POLL_INTERVAL));
    }
  }

  /** Resolves when the saga has a new entry as far as this process knows, or `timeout` ms are over. */
  nextEntry(sagaId: string, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        unsubscribe();
        resolve();
      };
      const timer = setTimeout(done, timeout);
      const unsubscribe = this.parts.feed.subscribe(sagaId, done);
    });
  }

  /** Accepts nothing new, lets calls in flight come to their end, and leaves every saga to others. */
  async drain(): Promise<void> {
    if (this.isDraining) return;
    this.isDraining = true;
    this.parts.drivers.closeDoors(); // hints in hand go back first, without the sagas that are being driven
    await nextTurn();
    await this.parts.queue.stopTaking();
    await this.parts.sweep.stop();
    await this.parts.drivers.stop(this.parts.options.drainTimeout);
  }

  private deliver(sagaId: string, event: SagaEvent, by: string): Promise<Delivery> {
    return this.parts.messages.deliver(sagaId, event, by);
  }
}

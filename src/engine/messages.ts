import type { SagaEvent } from '../saga/events.js';
import type { Refusal } from '../saga/refusal.js';
import type { SagaState } from '../saga/state.js';
import type { AuditRecord } from '../store/audit.js';
import type { Decision } from './decision.js';
import { SagaMoved, UnknownSaga } from './engine-errors.js';
import type { Recorder } from './recorder.js';
import { drivenRow } from './row-change.js';

export interface Delivery {
  readonly state: SagaState;
  readonly refused?: Refusal;
  /** Whether this has changed anything. False also for an order that had been carried out before, under the same key. */
  readonly isRecorded: boolean;
}

/** On what terms a message is delivered. */
export interface Terms {
  /** Whether the saga may be at this entry, as the sender has seen it; asked only when the event would change it. Default: at any. */
  readonly fits?: (seq: number) => boolean;
  /** What the audit trail says of it. Default: nothing. */
  readonly audit?: (decision: Decision) => AuditRecord;
}

/**
 * Messages to a saga from outside its driver: signals, callbacks, cancels, orders. Each is an append of its own under the
 * same fence, so that it is durable before it is answered, and a driver that holds the saga loses the race and looks again.
 */
export class Messages {
  constructor(
    private readonly recorder: Recorder,
    /** The saga has a new entry that its driver, if it has one, does not know. */
    private readonly onDelivered: (state: SagaState, wasParked: boolean) => void,
  ) {}

  /** @throws UnknownSaga, SagaMoved */
  async deliver(sagaId: string, event: SagaEvent, by: string, { fits, audit }: Terms = {}): Promise<Delivery> {
    for (;;) {
      const loaded = await this.recorder.load(sagaId);
      if (!loaded) throw new UnknownSaga(sagaId);
      const decision = await this.recorder.decide(loaded.state, [event]);
      if (decision.refused) return { state: loaded.state, refused: decision.refused, isRecorded: false };
      if (decision.facts.length === 0) return { state: loaded.state, isRecorded: false };
      if (fits && !fits(loaded.state.seq)) throw new SagaMoved(sagaId, loaded.state.seq);
      // The row is always touched: that is how a driver that is about to park notices (see Sagas.park).
      const appended = await this.recorder.record(decision, by, drivenRow(decision.after), audit?.(decision));
      if (appended.outcome === 'fenced') continue;
      this.onDelivered(decision.after, appended.wasParked);
      return { state: decision.after, isRecorded: true };
    }
  }
}

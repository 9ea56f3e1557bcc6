import type { SagaEvent } from '../saga/events.js';
import type { Refusal } from '../saga/react.js';
import type { SagaState } from '../saga/state.js';
import { UnknownSaga } from './engine-errors.js';
import type { Recorder } from './recorder.js';
import { drivenRow } from './row-change.js';

export interface Delivery {
  readonly state: SagaState;
  readonly refused?: Refusal;
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

  /** @throws UnknownSaga */
  async deliver(sagaId: string, event: SagaEvent, by: string): Promise<Delivery> {
    for (;;) {
      const loaded = await this.recorder.load(sagaId);
      if (!loaded) throw new UnknownSaga(sagaId);
      const decision = await this.recorder.decide(loaded.state, [event]);
      if (decision.refused) return { state: loaded.state, refused: decision.refused };
      if (decision.facts.length === 0) return { state: loaded.state };
      // The row is always touched: that is how a driver that is about to park notices (see Sagas.park).
      const appended = await this.recorder.record(decision, by, drivenRow(decision.after));
      if (appended.outcome === 'fenced') continue;
      this.onDelivered(decision.after, appended.wasParked);
      return { state: decision.after };
    }
  }
}

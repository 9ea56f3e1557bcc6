import type { SagaEvent } from '../../../src/saga/events.js';
import type { LiveSaga } from './live-saga.js';
import type { Message } from './script.js';

/** A message on its way to a saga. */
interface Due {
  /** Epoch ms, in virtual time. */
  readonly at: number;
  readonly saga: LiveSaga;
  readonly event: SagaEvent;
}

/** Messages from outside that the sagas of a run have yet to get. */
export class Inbox {
  private pending: Due[] = [];

  constructor(private readonly script: readonly Message[]) {}

  /** Addresses what is meant for a saga that starts now. */
  expect(saga: LiveSaga): void {
    for (const message of this.script) {
      const { event, after } = message;
      if (message.isFor(saga.definition)) this.pending.push({ at: saga.state.startedAt + after, saga, event });
    }
  }

  /** Takes out one whose time has come. */
  take(now: number): Due | undefined {
    const due = this.pending.find(({ at }) => at <= now);
    this.pending = this.pending.filter((other) => other !== due);
    return due;
  }

  /** When there is something to take. */
  dues(): number[] {
    return this.pending.map(({ at }) => at);
  }
}

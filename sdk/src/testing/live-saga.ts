import type { Definition } from '../../../src/saga/definition.js';
import { evolve, replay } from '../../../src/saga/evolve.js';
import type { SagaEvent } from '../../../src/saga/events.js';
import type { Entry, SagaStarted } from '../../../src/saga/facts.js';
import { withOutput } from '../../../src/saga/output.js';
import { react } from '../../../src/saga/react.js';
import type { Refusal } from '../../../src/saga/refusal.js';
import type { Reply } from '../../../src/saga/reply.js';
import type { SagaState } from '../../../src/saga/state.js';
import type { Circumstances } from '../../../src/saga/transition.js';
import type { Letter } from './letters.js';

/** A call that is on its way, or whose answer is. */
export interface Flight {
  readonly letter: Letter;
  /** When it goes on: epoch ms in virtual time. */
  due: number;
  /** `null`: not delivered yet. */
  reply: Reply | null;
}

/** What became of an event. */
export interface Outcome {
  /** The new entry of the journal; `null` if the event changed nothing. */
  readonly entry: Entry | null;
  readonly refused?: Refusal | undefined;
}

/** One saga in memory: its journal, what the journal adds up to, and the calls that only its driver knows of. */
export class LiveSaga {
  readonly entries: Entry[];
  /** By operation and step. */
  readonly flights = new Map<string, Flight>();
  state: SagaState;

  constructor(
    readonly id: string,
    readonly definition: Definition,
    started: SagaStarted,
    at: number,
    by: string,
  ) {
    this.entries = [{ seq: 1, at, by, facts: [started] }];
    this.state = replay(id, definition, this.entries);
  }

  /** Asks the core what an event means, and records that. */
  async heed(event: SagaEvent, by: string, circumstances: Circumstances): Promise<Outcome> {
    for (;;) {
      const before = this.state;
      const { facts, refused } = react(before, [event], circumstances);
      if (facts.length === 0) return { entry: null, refused };
      const complete = await withOutput(before, facts, circumstances.now);
      // A handler may have told a result meanwhile: whoever comes second looks again, as at the journal of the server.
      if (this.state !== before) continue;
      const entry = { seq: before.seq + 1, at: circumstances.now, by, facts: complete };
      this.entries.push(entry);
      this.state = evolve(before, entry);
      return { entry };
    }
  }

  /** Forgets everything but the journal. */
  forget(): void {
    this.flights.clear();
    this.state = replay(this.id, this.definition, this.entries);
  }
}

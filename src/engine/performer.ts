import { conditionOf } from '../saga/condition.js';
import type { SagaEvent } from '../saga/events.js';
import type { Command } from '../saga/next.js';
import type { SagaState } from '../saga/state.js';
import type { Calls } from './calls.js';
import type { Children } from './children.js';

type Performable = Exclude<Command, { type: 'tick' | 'settle' }>;

/** Carries out one command and says what came of it; `null` when there is nothing to say yet. */
export class Performer {
  constructor(
    private readonly calls: Calls,
    private readonly children: Children,
  ) {}

  async perform(state: SagaState, command: Performable): Promise<SagaEvent | null> {
    switch (command.type) {
      case 'call':
        return this.calls.make(state, command);
      case 'decide':
        return conditionOf(state, command.step);
      case 'choose-child':
        return this.children.choose(state, command.step);
      case 'watch-child':
        return this.children.watch(state, command.step, command.child);
      case 'undo-child':
        return this.children.undo(state, command.step, command.child, command.reason);
      case 'watch-parent':
        return this.children.watchParent(state);
    }
  }
}

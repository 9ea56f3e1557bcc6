import { conditionOf } from '../../../src/saga/condition.js';
import type { SagaEvent } from '../../../src/saga/events.js';
import type { Command } from '../../../src/saga/next.js';
import { stepError } from '../../../src/saga/step-error.js';
import { MappingError } from '../../../src/saga/template.js';
import { relate, type Household } from './family.js';
import { writeLetter } from './letters.js';
import type { LiveSaga } from './live-saga.js';

/** Does what the core wants of one saga; `null`: there is nothing to tell it yet. Calls are only put on their way. */
export async function obey(house: Household, saga: LiveSaga, command: Command): Promise<SagaEvent | null> {
  switch (command.type) {
    case 'tick':
      return { type: 'tick' };
    case 'settle': {
      const { name } = command.step;
      // Attested: an orchestrator that took the saga over has recorded that before anything else.
      return saga.flights.has(`action/${name}`) ? null : { type: 'lost', step: name, attested: true };
    }
    case 'decide':
      return conditionOf(saga.state, command.step);
    case 'call':
      return send(house, saga, command);
    case 'choose-child':
    case 'watch-child':
    case 'undo-child':
    case 'watch-parent':
      return relate(house, saga, command);
  }
}

async function send(
  { now }: Household,
  { state, flights }: LiveSaga,
  { step, operation, attempt }: Extract<Command, { type: 'call' }>,
): Promise<SagaEvent | null> {
  const key = `${operation}/${step.name}`;
  if (flights.has(key)) return null;
  try {
    const letter = await writeLetter(state, step, operation, attempt);
    flights.set(key, { letter, due: now, reply: null });
    return null;
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return { type: 'mapping-failed', step: step.name, operation, error: stepError(error.code, error.message) };
  }
}

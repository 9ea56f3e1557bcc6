import type { Behave } from './participant-process.js';
import type { DefinitionDocument } from './plan.js';

/** Quick retries, so that a run of many faults is over in seconds. */
const RETRY = { maxAttempts: 6, initialInterval: '50ms', factor: 2, maxInterval: '500ms', jitter: 'full' };
const UNDO = { maxAttempts: 1000, initialInterval: '50ms', factor: 2, maxInterval: '500ms', jitter: 'full' };

/** A step whose action and compensation live at `/{name}` and `/{name}/undo` of a participant; both carry the saga's input. */
export function step(name: string, more: Readonly<Record<string, unknown>> = {}): DefinitionDocument['steps'][number] {
  const isPivot = more['kind'] === 'pivot';
  return {
    name,
    participant: 'ledger',
    action: { path: `/${name}` },
    ...(isPivot ? {} : { compensation: { path: `/${name}/undo` }, compensationRetry: UNDO }),
    retry: RETRY,
    timeout: '5s',
    ...more,
  };
}

/** Three steps, one after the other. */
export const ORDER: DefinitionDocument = {
  name: 'order',
  steps: [step('reserve'), step('charge'), step('ship', { kind: 'pivot' })],
};

/** Two branches between a start and a pivot. */
export const TRIP: DefinitionDocument = {
  name: 'trip',
  steps: [
    step('quote'),
    step('flight', { after: ['quote'] }),
    step('hotel', { after: ['quote'] }),
    step('book', { after: ['flight', 'hotel'], kind: 'pivot' }),
  ],
};

/** What the i-th saga of a load is: mostly orders that complete, and of every other kind some. */
export function orderNumber(i: number): { definition: string; input: { behave: Behave } } {
  const slow = { linger: 20 };
  switch (i % 10) {
    case 3:
      return { definition: 'order', input: { behave: { ship: { action: { status: 409 } } } } };
    case 5: // takes effect, but says 500 for ever: in doubt, undone
      return { definition: 'order', input: { behave: { charge: { action: { status: 500, effect: true } } } } };
    case 6: // its answer is lost twice
      return {
        definition: 'order',
        input: { behave: { charge: { action: { sequence: [{ end: 'reset' }, { end: 'reset' }, {}] } } } },
      };
    case 7:
      return { definition: 'trip', input: { behave: { hotel: { action: slow }, flight: { action: slow } } } };
    case 8: // one branch fails while the other is under way; undoing fails at first
      return {
        definition: 'trip',
        input: {
          behave: { hotel: { action: { status: 409 } }, flight: { action: slow, compensation: { refuseFirst: 2 } } },
        },
      };
    default:
      return { definition: 'order', input: { behave: { reserve: { action: slow } } } };
  }
}

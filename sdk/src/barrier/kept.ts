import type { Operation } from '../participant/call.js';
import { BARRED, NOTHING_TO_UNDO, type Answer, type Guarded, type Verdict } from './barrier.js';

/** What a barrier that isn't made of rows keeps in the place of an operation. */
export interface Kept {
  readonly answer: Answer;
  /** `keep`: there is something that a compensation must undo. */
  readonly effects: Verdict['effects'];
  /** Who took the place. A compensation takes its action's place as well as its own. */
  readonly by: Operation;
}

/** The places of one step of one saga. */
export type Places = Partial<Readonly<Record<Operation, Kept>>>;

/** What can be said without doing the work, and what it makes of the places; `null` if the work must be done. */
export function settle(operation: Operation, places: Places): { guarded: Guarded; places: Places } | null {
  const kept = places[operation];
  if (kept) return { guarded: { answer: kept.answer, origin: kept.by === operation ? 'repeat' : 'barred' }, places };
  if (operation === 'action' || places.action?.effects === 'keep') return null;
  return {
    guarded: { answer: NOTHING_TO_UNDO, origin: 'nothing-to-undo' },
    places: { action: places.action ?? BAR, compensation: NOTHING_WAS_UNDONE },
  };
}

const BAR: Kept = { answer: BARRED, effects: 'undo', by: 'compensation' };
const NOTHING_WAS_UNDONE: Kept = { answer: NOTHING_TO_UNDO, effects: 'undo', by: 'compensation' };

import type { Operation } from '../../src/saga/definition.js';
import type { Budget } from './scenario.js';

export type Answer = 'succeeded' | 'accepted' | 'rejected' | 'in-doubt' | 'no-effect' | 'held-back';

export interface Request {
  readonly step: string;
  readonly operation: Operation;
  readonly attempt: number;
}

/** A call that a driver has made and not yet heeded the answer of. */
export interface Call extends Request {
  /** `null`: the request is still on its way. */
  readonly answer: Answer | null;
}

export interface Driver {
  /** Number of the state that it believes the saga to be in. */
  readonly knows: number;
  /** It took the saga over, which has to be written down before anything else is done. */
  readonly owesEntry: boolean;
  readonly calls: readonly Call[];
  /** Another driver has written to the journal since. */
  readonly isOvertaken: boolean;
}

/** What the participant of a step has done. The effect, and behind a barrier a row for each piece of work. */
export interface Work {
  readonly effect: number;
  readonly isUndone: boolean;
  readonly rows: { readonly [work: string]: 'applied' | 'rejected' | 'pending' | 'barred' | 'undone' };
}

/** Everything there is: one saga, its drivers, its participants, and what is on its way between them. */
export interface World {
  /** Number of the state that the journal adds up to. */
  readonly head: number;
  readonly now: number;
  /** `null`: idle. */
  readonly drivers: readonly (Driver | null)[];
  /** Requests that will arrive, or not, with nobody waiting for the answer. */
  readonly strays: readonly Request[];
  readonly work: { readonly [step: string]: Work };
  readonly left: Budget;
  /** The saga was accepted and nobody has looked at it yet. */
  readonly isFresh: boolean;
}

/** Equal for worlds that differ only in which of two drivers is which. */
export function keyOf({ head, now, drivers, strays, work, left, isFresh }: World): string {
  let key = `${head}@${now}${isFresh ? 'f' : ''}`;
  const [one, other] = drivers.map((driver) => (driver ? keyOfDriver(driver) : '-'));
  key += one! < other! ? `&${one}&${other}` : `&${other}&${one}`;
  if (strays.length > 0) key += `<${strays.map(requestKey).sort().join()}`;
  for (const step in work) key += `/${keyOfWork(work[step]!)}`;
  return `${key}|${keyOfBudget(left)}`;
}

const keyOfDriver = remembering(({ knows, isOvertaken, owesEntry, calls }: Driver): string => {
  const answers = calls.map((call) => `${requestKey(call)}=${call.answer ?? '?'}`).sort();
  return `${knows}${isOvertaken ? '!' : ''}${owesEntry ? '*' : ' '}${answers.join()}`;
});

const keyOfWork = remembering(({ effect, isUndone, rows }: Work): string => {
  let key = `${effect}${isUndone ? 'u' : ''}`;
  for (const work in rows) key += `,${work}${rows[work]}`;
  return key;
});

const keyOfBudget = remembering((left: Budget): string => Object.values(left).join(''));

/** Most parts of a world are the parts of the world before it: their keys are made once. */
function remembering<Part extends object>(keyOfPart: (part: Part) => string): (part: Part) => string {
  const keys = new WeakMap<Part, string>();
  return (part) => {
    const known = keys.get(part);
    if (known !== undefined) return known;
    const key = keyOfPart(part);
    keys.set(part, key);
    return key;
  };
}

export function requestKey({ step, operation, attempt }: Request): string {
  return `${step}${operation === 'action' ? '+' : '~'}${attempt}`;
}

export function spend(world: World, fault: keyof Budget): World {
  return { ...world, left: { ...world.left, [fault]: world.left[fault] - 1 } };
}

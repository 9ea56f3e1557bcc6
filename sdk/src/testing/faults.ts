import type { Operation } from '../../../src/saga/definition.js';
import type { StepAddress } from './library.js';
import type { Letter } from './letters.js';

/** What befalls a call instead of a plain delivery. */
export type Blow =
  /** It can't be sent: known to have had no effect. */
  | { readonly kind: 'unreachable' }
  /** No answer in time. Whether the participant got the call, only the test knows. */
  | { readonly kind: 'silent'; readonly takesEffect: boolean }
  /** An answer that doesn't come from the participant, which never sees the call. */
  | { readonly kind: 'answered'; readonly status: number; readonly detail: string };

/** Something that goes wrong in a test. */
export interface Fault {
  /** @param elapsed ms since the saga under test was started */
  hits(letter: Letter, elapsed: number): boolean;
  readonly blow: Blow;
}

/** Hits the first attempts of one operation; told by their number, so that a call that is sent again meets the same fate. */
export function faultAt({ definition, step }: StepAddress, operation: Operation, times: number, blow: Blow): Fault {
  return {
    hits: (letter) =>
      letter.definition === definition &&
      letter.step.name === step.name &&
      letter.operation === operation &&
      letter.attempt <= times,
    blow,
  };
}

/** Nobody listens at a participant for a while; times in ms since the start of the saga under test. */
export function outage(participant: string, from: number, until: number): Fault {
  return {
    hits: (letter, elapsed) => letter.step.participant === participant && elapsed >= from && elapsed < until,
    blow: { kind: 'unreachable' },
  };
}

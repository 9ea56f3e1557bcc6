import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../src/barrier/barrier.js';
import type { Operation } from '../../src/participant/call.js';
import type { Story } from './interleavings.js';

/** What is wrong with a story: sentences, none if all is well. Knows nothing of barriers but what callers and the ledger saw. */
export function judge({ heard, entries }: Pick<Story, 'heard' | 'entries'>): readonly string[] {
  const effects = (operation: Operation): number => entries.filter((entry) => entry.operation === operation).length;
  const answers = (operation: Operation): Answer[] =>
    heard.filter((answer) => answer.operation === operation).map(({ answer }) => answer);
  const [actions, compensations] = [effects('action'), effects('compensation')];
  const [toAction] = answers('action');
  const [toCompensation] = answers('compensation');

  const faults = {
    'an action took effect twice': actions > 1,
    'a compensation took effect twice': compensations > 1,
    'something was undone that was never done': compensations > actions,
    'an action took effect after its compensation': entries.at(-1)?.operation === 'action' && compensations > 0,
    'two answers to one action': !areEqual(answers('action')),
    'two answers to one compensation': !areEqual(answers('compensation')),
    'an action that said yes took no effect': toAction?.status === 200 && actions === 0,
    'an action that said no took effect': toAction?.status === 409 && actions > 0,
    'a compensation that said yes left something': toCompensation?.status === 200 && actions !== compensations,
    'a compensation that said no took effect': toCompensation?.status === 409 && compensations > 0,
  };
  return Object.entries(faults).flatMap(([sentence, isSo]) => (isSo ? [sentence] : []));
}

function areEqual(answers: readonly Answer[]): boolean {
  return answers.every((answer) => isDeepStrictEqual(answer, answers[0]));
}

import { suggestion } from '../../../src/saga/nearest.js';
import type { CallbackResult } from '../../../src/saga/events.js';
import type { Operation } from '../../../src/saga/definition.js';
import type { Json } from '../json.js';
import { faultAt, outage, type Blow } from './faults.js';
import type { Library, StepAddress } from './library.js';
import type { Message, Script } from './script.js';
import { SagaTestSetupError } from './test-errors.js';

/**
 * One `when…` of a scenario. What it is about is looked up when the saga is run, for only then are all definitions known.
 * @throws {SagaTestSetupError} if there is no such step, participant or signal
 */
export type Act = (library: Library) => Partial<Script>;

/** Something goes wrong with the first `times` attempts of an operation. */
export function trouble(address: string, operation: Operation, times: number, blow: Blow): Act {
  return (library) => {
    const called = callStep(library, address);
    const isThere = operation === 'action' || (called.step.type === 'call' && called.step.compensation);
    if (!isThere) refuse(library, `${address} has no compensation`);
    return { faults: [faultAt(called, operation, times, blow)] };
  };
}

/** Nobody listens at a participant for a while. */
export function down(name: string, from: number, until: number): Act {
  return (library) => {
    const known = library.definitions.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.type === 'call' ? step.participant : [])),
    );
    if (!known.includes(name)) refuse(library, `no step calls a participant ${name}${suggestion(name, known)}`);
    return { faults: [outage(name, from, until)] };
  };
}

/** A signal comes to whichever saga of the family waits for it. */
export function signalled(signal: string, payload: Json, after: number): Act {
  return (library) => {
    const isFor: Message['isFor'] = ({ steps }) =>
      steps.some((step) => step.type === 'signal' && step.signal === signal);
    if (!library.definitions.some(isFor)) refuse(library, `no step waits for a signal ${signal}`);
    return { messages: [{ isFor, event: { type: 'signal', signal, payload }, after }] };
  };
}

/** The saga under test is cancelled. */
export function cancelled(reason: string, after: number): Act {
  return ({ root }) => ({
    messages: [
      {
        isFor: (definition) => definition === root,
        event: { type: 'order', order: { verb: 'cancel' }, reason },
        after,
      },
    ],
  });
}

/** How an action that was accepted ends; `null`: nobody ever hears. */
export function promised(address: string, result: CallbackResult | null, after: number): Act {
  return (library) => ({ results: [{ ...callStep(library, address), result, after }] });
}

/** All of a scenario, in order. */
export function scriptOf(acts: readonly Act[], library: Library): Script {
  const scripts = acts.map((act) => act(library));
  return {
    faults: scripts.flatMap(({ faults = [] }) => faults),
    messages: scripts.flatMap(({ messages = [] }) => messages),
    results: scripts.flatMap(({ results = [] }) => results),
  };
}

function callStep(library: Library, address: string): StepAddress {
  const found = library.step(address);
  if (found.step.type !== 'call') refuse(library, `${address} calls no participant: it is a ${found.step.type} step`);
  return found;
}

function refuse({ root }: Library, problem: string): never {
  throw new SagaTestSetupError(`${root.name} can't be tested like that:`, [problem]);
}

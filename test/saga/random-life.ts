import fc from 'fast-check';
import type { Operation } from '../../src/saga/definition.js';
import type { SagaEvent } from '../../src/saga/events.js';
import type { Command } from '../../src/saga/next.js';
import type { SagaOrder } from '../../src/saga/order.js';
import type { Reply } from '../../src/saga/reply.js';
import { stepError } from '../../src/saga/step-error.js';
import { accepted, failed, refused, rejected, succeeded, type Story } from './story.js';

/** One throw of the dice: which of the things that can happen now does, and how it turns out. */
export interface Chance {
  readonly which: number;
  readonly how: number;
}

export const chances = fc.array(fc.record({ which: fc.nat(999), how: fc.nat(999) }), { maxLength: 40 });

const REPLIES: readonly Reply[] = [
  succeeded(1),
  succeeded(2),
  succeeded(3),
  accepted,
  rejected,
  failed('none'),
  failed('in-doubt'),
  failed('none', 2_000),
  refused(4_000),
];

/** What the action of a step may come to besides, if something may stand in for its answer. */
const STAND_INS: readonly Reply[] = [
  { kind: 'degraded', standIn: { by: 'cache_only', output: 4, age: 1_000 } },
  { kind: 'degraded', standIn: { by: 'skip' } },
  { ...failed('in-doubt'), standIn: { by: 'top_items', output: 5 } } as Reply,
];

/** What an operator may order besides, of the saga or of a step. */
const ORDERS: readonly ((step: string) => SagaOrder)[] = [
  (step) => ({ verb: 'skip', step }),
  (step) => ({ verb: 'skip', step, output: 6 }),
  () => ({ verb: 'compensate' }),
  () => ({ verb: 'pause' }),
  (step) => ({ verb: 'rebind', step, path: '/elsewhere' }),
  (step) => ({ verb: 'rebind', step, participant: 'another' }),
  (step) => ({ verb: 'rebind', step, operation: 'compensation', body: [] }),
  () => ({ verb: 'resolve', outcome: 'completed' }),
  () => ({ verb: 'resolve', outcome: 'compensated' }),
];

/** Lets one thing happen to a saga; any event that an honest driver, a client, a participant or the clock may cause. */
export function happen(saga: Story, { which, how }: Chance): void {
  const options = [...saga.plan().commands.flatMap((command) => carriedOut(command, how)), ...fromOutside(saga, how)];
  const event = options[which % options.length]!;
  if (event === 'time') saga.now = saga.plan().wakeAt ?? saga.now + 1_000;
  else saga.heed(event);
}

/** How a command turns out when nothing goes wrong any more. */
export function succeedAt(command: Command): SagaEvent {
  switch (command.type) {
    case 'tick':
      return { type: 'tick' };
    case 'call':
      return reply(command.step.name, command.operation, command.attempt, succeeded());
    case 'settle':
      return { type: 'lost', step: command.step.name, attested: false };
    case 'decide':
      return { type: 'condition', step: command.step.name, holds: true };
    case 'choose-child':
      return { type: 'child-chosen', step: command.step.name, child: 'c', definition: 'child', version: 1 };
    case 'watch-child':
      return { type: 'child-ended', step: command.step.name, outcome: { kind: 'prepared', output: null } };
    case 'undo-child':
      return { type: 'child-ended', step: command.step.name, outcome: { kind: 'compensated', message: '' } };
    case 'watch-parent':
      return { type: 'parent-completed' };
  }
}

function carriedOut(command: Command, how: number): SagaEvent[] {
  const error = stepError('mapping-error', 'no such path');
  switch (command.type) {
    case 'call': {
      const { operation, attempt } = command;
      const step = command.step.name;
      if (how === 0) return [{ type: 'mapping-failed', step, operation, error }];
      const mayStandIn = operation === 'action' && (command.step.optional || command.step.fallback !== undefined);
      const replies = mayStandIn ? [...REPLIES, ...STAND_INS] : REPLIES;
      return [reply(step, operation, attempt, replies[how % replies.length]!)];
    }
    case 'settle': {
      const step = command.step.name;
      return [{ type: 'lost', step, attested: how % 2 === 0 }];
    }
    case 'decide':
      return [{ type: 'condition', step: command.step.name, holds: how % 3 > 0 }];
    case 'watch-child': {
      if (how % 5 === 1) return [refusalOf(command)];
      const compensated = { kind: 'compensated', message: 'it failed' } as const;
      return [
        how % 3 === 0 ? { type: 'child-ended', step: command.step.name, outcome: compensated } : succeedAt(command),
      ];
    }
    case 'undo-child': {
      if (how % 5 === 1) return [refusalOf(command)];
      const past = { kind: 'not-undoable', message: 'past its pivot' } as const;
      return [how % 4 === 0 ? { type: 'child-ended', step: command.step.name, outcome: past } : succeedAt(command)];
    }
    case 'tick':
    case 'choose-child':
    case 'watch-parent':
      return [succeedAt(command)];
  }
}

function refusalOf({ step, child }: Extract<Command, { type: 'watch-child' | 'undo-child' }>): SagaEvent {
  const error = stepError('invalid-input', 'it needs an address');
  return { type: 'child-refused', step: step.name, child: child.id, error };
}

function fromOutside(saga: Story, how: number): (SagaEvent | 'time')[] {
  const step = saga.definition.steps[how % saga.definition.steps.length]!;
  const events: (SagaEvent | 'time')[] = ['time'];
  if (how % 7 === 0) events.push({ type: 'order', order: { verb: 'cancel' }, reason: 'no' });
  if (how % 11 === 0) events.push({ type: 'taken-over' });
  if (how % 13 === 0) events.push({ type: 'order', order: { verb: 'retry' }, reason: 'try again' });
  if (how % 3 === 0)
    events.push({ type: 'order', order: ORDERS[Math.floor(how / 3) % ORDERS.length]!(step.name), reason: 'enough' });
  if (saga.state.paused) events.push({ type: 'order', order: { verb: 'resume' }, reason: 'go on' });
  if (how % 5 === 0) events.push({ type: 'signal', signal: 'go', payload: how });
  if (step.type !== 'call') return events;
  const { attempts } = saga.is(step.name);
  // Answers to calls that another driver made, or that came twice.
  if (how % 4 === 0)
    events.push(reply(step.name, 'compensation', attempts.compensation, REPLIES[how % REPLIES.length]!));
  if (how % 6 === 0 && attempts.action > 0) {
    const result =
      how % 4 === 0 ? ({ status: 'rejected', reason: 'no' } as const) : ({ status: 'succeeded', output: 1 } as const);
    events.push({ type: 'callback', step: step.name, operation: 'action', result });
    events.push(reply(step.name, 'action', attempts.action, REPLIES[how % REPLIES.length]!));
  }
  return events;
}

function reply(step: string, operation: Operation, attempt: number, answer: Reply): SagaEvent {
  return { type: 'reply', step, operation, attempt, reply: answer };
}

import { bound } from './binding.js';
import type { CallStep, ChildStep, Operation, Step } from './definition.js';
import type { Reason } from './facts.js';
import { awaitsCondition } from './readiness.js';
import {
  deadlineOf,
  stepViews,
  type SagaState,
  type ChosenChild,
  type StepState,
  type StepView,
  type Wait,
} from './state.js';

/** What has to be done for a saga now. Derived from its state whenever asked, never stored: recovery asks the same way. */
export type Command =
  /** Call the participant; `attempt` is the number that this call will have. */
  | { readonly type: 'call'; readonly step: CallStep; readonly operation: Operation; readonly attempt: number }
  /** The saga turns back: say what became of the call in flight, or that there is none (`lost`). */
  | { readonly type: 'settle'; readonly step: CallStep }
  /** Evaluate the step's condition. */
  | { readonly type: 'decide'; readonly step: Step }
  | { readonly type: 'choose-child'; readonly step: ChildStep }
  /** Start the child if it is not there yet, and report when it has come to an end. */
  | { readonly type: 'watch-child'; readonly step: ChildStep; readonly child: ChosenChild }
  | {
      readonly type: 'undo-child';
      readonly step: ChildStep;
      readonly child: ChosenChild;
      readonly reason: Reason;
    }
  /** A prepared child: report when its parent has completed. */
  | { readonly type: 'watch-parent' }
  /** Something has fallen due: react to a `tick`. */
  | { readonly type: 'tick' };

export interface Plan {
  readonly commands: readonly Command[];
  /** When to look again if nothing happens before (epoch ms); `null`: only a message from outside can move the saga. */
  readonly wakeAt: number | null;
}

const NOTHING: Plan = { commands: [], wakeAt: null };

/** What to do for a saga at a moment, and when to look again. */
export function next(state: SagaState, now: number): Plan {
  if (state.ended || state.paused || state.setAside) return NOTHING;
  if (state.prepared) return { commands: [{ type: 'watch-parent' }], wakeAt: null };

  const commands: Command[] = [];
  const dues: number[] = [];
  const due = (at: number): boolean => {
    if (at <= now) return true;
    dues.push(at);
    return false;
  };

  let isTickDue = false;
  for (const view of stepViews(state)) {
    const { wait } = view.is;
    const wakesAt = wait && heedsTime(state, wait) ? wait.until : null;
    if (wakesAt !== null && due(wakesAt)) isTickDue = true;
    const command = commandFor(state, view);
    if (!command) continue;
    if (wait?.for === 'retry' && command.type === 'call' && !due(wait.until)) continue;
    commands.push(command);
  }
  const deadline = state.direction === 'forward' && !state.deadlinePassed ? deadlineOf(state) : null;
  if (deadline !== null && due(deadline)) isTickDue = true;

  if (isTickDue) commands.unshift({ type: 'tick' });
  return { commands, wakeAt: dues.length === 0 ? null : Math.min(...dues) };
}

/** Whether reaching the end of this wait is something to react to. The end of a retry wait is a command, not an event. */
function heedsTime(state: SagaState, wait: Wait): boolean {
  switch (wait.for) {
    case 'release':
    case 'callback':
      return true;
    case 'timer':
    case 'signal':
      return state.direction === 'forward';
    case 'retry':
    case 'child':
      return false;
  }
}

function commandFor(state: SagaState, view: StepView): Command | null {
  const { step, is } = view;
  switch (is.status) {
    case 'pending':
      return state.direction === 'forward' && awaitsCondition(state, view) ? { type: 'decide', step } : null;
    case 'running':
      return step.type === 'child' ? forChild(state, step, is) : forAction(state, step as CallStep, is);
    case 'compensating':
      return forCompensation(state, step, is);
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'rejected':
    case 'unknown':
    case 'skipped':
    case 'compensated':
    case 'stuck':
      return null;
  }
}

function forAction(state: SagaState, step: CallStep, is: StepState): Command | null {
  if (is.wait?.for === 'release') return null;
  const call: Command = {
    type: 'call',
    step: bound(step, is, 'action'),
    operation: 'action',
    attempt: is.attempts.action + 1,
  };
  switch (state.direction) {
    case 'forward':
      return call;
    case 'turning':
      if (step.kind !== 'pivot') return null; // goes on if the pivot prevails; is settled if it does not
      return is.inDoubt ? call : { type: 'settle', step };
    case 'back':
      return { type: 'settle', step };
  }
}

function forChild(state: SagaState, step: ChildStep, is: StepState): Command | null {
  // Whichever way the saga goes: the child may be the pivot that decides it.
  if (is.child) return { type: 'watch-child', step, child: is.child };
  return state.direction === 'forward' ? { type: 'choose-child', step } : null;
}

function forCompensation(state: SagaState, step: Step, is: StepState): Command | null {
  if (step.type === 'child') return { type: 'undo-child', step, child: is.child!, reason: state.reason! };
  if (is.wait && is.wait.for !== 'retry') return null;
  return {
    type: 'call',
    step: bound(step as CallStep, is, 'compensation'),
    operation: 'compensation',
    attempt: is.attempts.compensation + 1,
  };
}

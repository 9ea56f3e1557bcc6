import { DEFAULT_COMPENSATION_RETRY, DEFAULT_RETRY, nextDelay, type RetryPolicy } from './backoff.js';
import { bound } from './binding.js';
import { isUndoable, type CallStep, type Operation } from './definition.js';
import type { SagaEvent } from './events.js';
import type { CallRecord, Reply, StandIn, StepError } from './reply.js';
import { patienceOf } from './renewal.js';
import type { StepState, StepView } from './state.js';
import { ownStandIn, takeStandIn } from './stand-ins.js';
import { stepError } from './step-error.js';
import type { Transition } from './transition.js';

type ReplyEvent = Extract<SagaEvent, { type: 'reply' }>;

/** The end of one attempt, read by the answer table of contract §3. */
export function heedReply(transition: Transition, event: ReplyEvent): void {
  const view = transition.view(event.step);
  if (view.step.type !== 'call') throw new Error(`step ${event.step} calls nobody, yet a reply came`);
  const step = bound(view.step, view.is, event.operation);
  if (event.operation === 'action') heedAction(transition, view, step, event);
  else heedCompensation(transition, view, step, event);
}

function heedAction(transition: Transition, { is }: StepView, step: CallStep, { attempt, reply }: ReplyEvent): void {
  if (is.status !== 'running' && is.status !== 'waiting') {
    if (reply.kind === 'succeeded') heedLateSuccess(transition, { step, is }, attempt, reply);
    return;
  }
  switch (reply.kind) {
    case 'succeeded':
      transition.record({ type: 'step-succeeded', step: step.name, attempt, output: reply.output, ...kept(reply) });
      return;
    case 'rejected':
      transition.record({ type: 'step-rejected', step: step.name, attempt, error: reply.error, ...kept(reply) });
      return;
  }
  // The rest only matters to the attempt that is still awaited; another driver may have recorded this one already.
  if (is.status !== 'running' || attempt <= is.attempts.action) return;
  switch (reply.kind) {
    case 'accepted':
      transition.record({
        type: 'call-accepted',
        step: step.name,
        operation: 'action',
        attempt,
        until: transition.now + step.callbackTimeout,
        ...kept(reply),
      });
      return;
    case 'failed':
      failAttempt(transition, step, 'action', attempt, reply);
      return;
    case 'degraded':
      takeStandIn(transition, step, reply.standIn);
      return;
    case 'refused':
      park(transition, step, 'action', reply.by, reply.wait);
      return;
  }
}

/**
 * An action that was taken for one without effect has taken effect after all. That never revives a saga, but what was
 * done is now known and has to be undone; and if it can't be, an operator has to know.
 */
function heedLateSuccess(
  transition: Transition,
  { step, is }: StepView,
  attempt: number,
  reply: Extract<Reply, { kind: 'succeeded' }>,
): void {
  const wasBelieved = is.status === 'failed' || is.status === 'rejected';
  const isForward = transition.state.direction !== 'back';
  if (!(wasBelieved || (is.status === 'skipped' && is.startedAt !== null && !isForward))) return;

  const error = stepError('late-success', `${step.name} took effect after it had been given up`);
  if (isForward) {
    transition.record({ type: 'step-in-doubt', step: step.name, error });
  } else if (isUndoable(step)) {
    transition.record({ type: 'step-succeeded', step: step.name, attempt, output: reply.output, ...kept(reply) });
  } else if (step.kind === 'pivot') {
    transition.record({ type: 'step-stuck', step: step.name, operation: 'action', error });
  }
}

function heedCompensation(
  transition: Transition,
  { is }: StepView,
  step: CallStep,
  { attempt, reply }: ReplyEvent,
): void {
  const isOwed = is.status === 'compensating' || is.stuck?.operation === 'compensation';
  if (!isOwed) return;
  if (reply.kind === 'succeeded') {
    transition.record({ type: 'step-compensated', step: step.name, attempt, output: reply.output, ...kept(reply) });
    return;
  }
  if (is.status !== 'compensating' || attempt <= is.attempts.compensation) return;
  switch (reply.kind) {
    case 'rejected':
      transition.record({
        type: 'step-stuck',
        step: step.name,
        operation: 'compensation',
        attempt,
        error: reply.error,
        ...kept(reply),
      });
      return;
    case 'accepted':
      transition.record({
        type: 'call-accepted',
        step: step.name,
        operation: 'compensation',
        attempt,
        until: transition.now + step.callbackTimeout,
        ...kept(reply),
      });
      return;
    case 'failed':
      failAttempt(transition, step, 'compensation', attempt, reply);
      return;
    case 'refused':
      park(transition, step, 'compensation', reply.by, reply.wait);
      return;
    case 'degraded':
      throw new Error(`nothing can stand in for the compensation of ${step.name}`);
  }
}

/** What is kept of the call itself. */
function kept({ call }: { readonly call?: CallRecord }): { readonly call?: CallRecord } {
  return call ? { call } : {};
}

/** Records a failed attempt, and when there is no next one what that makes of the step. */
export function failAttempt(
  transition: Transition,
  step: CallStep,
  operation: Operation,
  attempt: number,
  failure: Omit<Extract<Reply, { kind: 'failed' }>, 'kind'>,
): void {
  const { effect, error, retryAfter, standIn } = failure;
  const delay = delayBeforeNext(transition, step, operation, attempt, retryAfter);
  const retryAt = delay === null ? null : transition.now + delay;
  const { name } = step;
  transition.record({
    type: 'attempt-failed',
    step: name,
    operation,
    attempt,
    effect,
    error,
    retryAt,
    ...kept(failure),
  });
  if (retryAt !== null) return;
  if (operation === 'compensation') {
    transition.record({ type: 'step-stuck', step: name, operation, error });
  } else {
    giveUp(transition, step, error, standIn);
  }
}

/** Ends an action without an answer: by what stands in for it, as failed, or as in doubt. */
function giveUp(transition: Transition, step: CallStep, error: StepError, given?: StandIn): void {
  const found = given ?? (step.fallback && ownStandIn(step.fallback));
  if (found && takeStandIn(transition, step, found)) return;
  const { inDoubt } = transition.view(step.name).is;
  transition.record({ type: inDoubt ? 'step-in-doubt' : 'step-failed', step: step.name, error });
}

function delayBeforeNext(
  transition: Transition,
  step: CallStep,
  operation: Operation,
  attempts: number,
  retryAfter?: number,
): number | null {
  const { is } = transition.view(step.name);
  // A saga that has turned back abandons its actions; while it only wants to, the pivot may still send it forward.
  if (operation === 'action' && transition.state.direction === 'back') return null;
  const { forgiven, since } = patienceOf(is, operation);
  const elapsed = transition.now - (since ?? transition.now);
  const policy = transition.circumstances.retryPolicy(step, operation);
  return nextDelay(policy, attempts - forgiven, elapsed, transition.circumstances.random(), retryAfter);
}

/**
 * Whether the action's step may be given up if this attempt fails: for whoever has to look for a stand-in before that.
 * May be true too early, since the next wait is a matter of chance; never too late.
 */
export function mayBeLastAttempt(
  is: StepState,
  policy: RetryPolicy,
  attempt: number,
  now: number,
  retryAfter = 0,
): boolean {
  const { forgiven, since } = patienceOf(is, 'action');
  if (attempt - forgiven >= policy.maxAttempts) return true;
  return now - (since ?? now) + Math.max(policy.maxInterval, retryAfter) > policy.maxElapsed;
}

function park(transition: Transition, step: CallStep, operation: Operation, by: string, wait: number): void {
  transition.record({ type: 'call-parked', step: step.name, operation, by, until: transition.now + wait });
}

/**
 * The policy for one operation: what the definition says over what the participant's policy says over the defaults.
 * A retriable step goes on until it succeeds unless the definition itself sets a limit or the step is optional.
 */
export function retryPolicyOf(
  step: CallStep,
  operation: Operation,
  ofParticipant: Partial<RetryPolicy> = {},
): RetryPolicy {
  const ofDefinition = operation === 'action' ? step.retry : step.compensationRetry;
  const basis = operation === 'action' ? DEFAULT_RETRY : DEFAULT_COMPENSATION_RETRY;
  const policy = { ...basis, ...ofParticipant, ...ofDefinition };
  if (operation === 'compensation' || step.kind !== 'retriable' || step.optional) return policy;
  return {
    ...policy,
    maxAttempts: ofDefinition.maxAttempts ?? Infinity,
    maxElapsed: ofDefinition.maxElapsed ?? Infinity,
  };
}

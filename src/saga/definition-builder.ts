import type { CallStep, SleepStep, Step, StepKind, Target } from './definition.js';
import type { Order } from './definition-graph.js';
import type { WrittenTarget } from './definition-readings.js';
import type { WrittenCall, WrittenStep } from './definition-steps.js';

/** How long a 202 may wait for its callback unless the step says otherwise: 24 h, in ms. */
const CALLBACK_TIMEOUT = 86_400_000;

/** The step as the engine runs it, defaults filled in. */
export function buildStep({ type, step }: WrittenStep, index: number, kind: StepKind, order: Order): Step {
  const common = {
    name: step.name,
    index,
    kind,
    after: order.after[index] ?? [],
    followers: order.followers[index] ?? [],
    when: step.when,
    optional: step.optional ?? false,
    ...(step.sensitive && { sensitive: step.sensitive }),
  };
  switch (type) {
    case 'call':
      return { ...common, type, ...buildCall(step) };
    case 'sleep':
      return { ...common, type, sleep: step.sleep };
    case 'signal':
      return { ...common, type, signal: step.signal, timeout: step.timeout };
    case 'child':
      return { ...common, type, saga: step.saga, version: step.version, input: step.input };
  }
}

function buildCall(step: WrittenCall): Omit<CallStep, keyof SleepStep> {
  const { participant, action, compensation, timeout, fallback } = step;
  return {
    participant,
    action: buildTarget(action),
    compensation: !compensation || compensation === 'none' ? null : buildTarget(compensation),
    timeout,
    callbackTimeout: step.callbackTimeout ?? CALLBACK_TIMEOUT,
    retry: step.retry ?? {},
    compensationRetry: step.compensationRetry ?? {},
    fallback,
  };
}

function buildTarget({ method = 'POST', path, body }: WrittenTarget): Target {
  return { method, path, body };
}

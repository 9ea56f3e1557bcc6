import type { CallStep, Operation } from '../saga/definition.js';
import type { SagaEvent } from '../saga/events.js';
import type { Json } from '../saga/json.js';
import type { Command } from '../saga/next.js';
import type { Reply } from '../saga/reply.js';
import { actionBody, actionScope, compensationBody, compensationScope, operationKey } from '../saga/scope.js';
import type { SagaState } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { MappingError } from '../saga/template.js';
import type { ParticipantClient } from '../participants/participant-client.js';
import type { CallbackTokens } from './callback-tokens.js';
import type { Children } from './children.js';
import { crashPoint } from './crash-points.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { ParticipantDirectory } from './participant-directory.js';

type Performable = Exclude<Command, { type: 'tick' | 'settle' }>;

/** Carries out one command and says what came of it; `null` when there is nothing to say yet. */
export class Performer {
  constructor(
    private readonly client: ParticipantClient,
    private readonly directory: ParticipantDirectory,
    private readonly children: Children,
    private readonly tokens: CallbackTokens,
    private readonly publicUrl: string,
    private readonly metrics: EngineMetrics,
  ) {}

  async perform(state: SagaState, command: Performable): Promise<SagaEvent | null> {
    switch (command.type) {
      case 'call':
        return this.call(state, command);
      case 'decide':
        return this.decide(state, command);
      case 'choose-child':
        return this.children.choose(state, command.step);
      case 'watch-child':
        return this.children.watch(state, command.step, command.child);
      case 'undo-child':
        return this.children.undo(state, command.step, command.child, command.reason);
      case 'watch-parent':
        return this.children.watchParent(state);
    }
  }

  private async call(
    state: SagaState,
    { step, operation, attempt }: Extract<Command, { type: 'call' }>,
  ): Promise<SagaEvent> {
    let letter: { path: string; body: string };
    try {
      letter = await this.write(state, step, operation);
    } catch (err) {
      if (!(err instanceof MappingError)) throw err;
      return { type: 'mapping-failed', step: step.name, operation, error: stepError(err.code, err.message) };
    }
    crashPoint('before-call');
    const startedAt = performance.now();
    const reply = await this.send(state, step, operation, attempt, letter);
    this.metrics.attempted(step, operation, reply, performance.now() - startedAt);
    crashPoint('after-call');
    return { type: 'reply', step: step.name, operation, attempt, reply };
  }

  private async write(state: SagaState, step: CallStep, operation: Operation): Promise<{ path: string; body: string }> {
    const target = operation === 'action' ? step.action : step.compensation!;
    const scope = operation === 'action' ? actionScope(state, step) : compensationScope(state, step);
    const path = await target.path.evaluate(scope);
    if (typeof path !== 'string' || !path.startsWith('/')) {
      throw new MappingError(`the path of ${step.name} must be a text that begins with a slash`);
    }
    const body: Json = await (operation === 'action' ? actionBody(state, step) : compensationBody(state, step));
    return { path, body: JSON.stringify(body) };
  }

  private async send(
    state: SagaState,
    step: CallStep,
    operation: Operation,
    attempt: number,
    { path, body }: { path: string; body: string },
  ): Promise<Reply> {
    const participant = this.directory.find(step.participant) ?? (await this.directory.lookUp(step.participant));
    if (!participant) {
      const error = stepError(
        'unknown-participant',
        `there is no participant ${step.participant}: PUT /v1/participants/${step.participant} before the attempts are used up`,
      );
      return { kind: 'failed', effect: 'none', error };
    }
    const token = this.tokens.issue({ sagaId: state.id, step: step.index, operation });
    return this.client.send({
      participant,
      sagaId: state.id,
      definition: `${state.definition.name}@${state.definition.version}`,
      step: step.name,
      operation,
      attempt,
      seq: state.seq,
      idempotencyKey: operationKey(state.id, step.name, operation),
      method: operation === 'action' ? step.action.method : step.compensation!.method,
      path,
      body,
      ...(step.timeout !== undefined && { timeout: step.timeout }),
      callbackUrl: `${this.publicUrl}/v1/callbacks/${token}`,
      traceparent: traceparentOf(state.id),
    });
  }

  private async decide(state: SagaState, { step }: Extract<Command, { type: 'decide' }>): Promise<SagaEvent> {
    try {
      const holds = await step.when!.evaluate(actionScope(state, step));
      return { type: 'condition', step: step.name, holds: isTruthy(holds) };
    } catch (err) {
      if (!(err instanceof MappingError)) throw err;
      return {
        type: 'mapping-failed',
        step: step.name,
        operation: 'action',
        error: stepError(err.code, err.message),
      };
    }
  }
}

/** JSONata's own `$boolean`: empty strings, arrays and objects, zero and null are false. */
function isTruthy(value: Json): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => isTruthy(item));
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * W3C trace context: all calls of a saga belong to one trace, which has the saga's id, so that logs of participants can be
 * joined. Not sampled: Skald records no spans of its own yet.
 */
function traceparentOf(sagaId: string): string {
  const span = (Math.floor(Math.random() * 0xffff_ffff) + 1).toString(16).padStart(16, '0');
  return `00-${sagaId.replaceAll('-', '')}-${span}-00`;
}

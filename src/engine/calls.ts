import type { CallStep, Operation } from '../saga/definition.js';
import type { SagaEvent } from '../saga/events.js';
import type { Command } from '../saga/next.js';
import type { Reply } from '../saga/reply.js';
import { requestFor, uselessAfter, type OperationRequest } from '../saga/request.js';
import { operationKey } from '../saga/scope.js';
import { viewOf, type SagaState } from '../saga/state.js';
import { stepError } from '../saga/step-error.js';
import { MappingError } from '../saga/template.js';
import type { Participant } from '../participants/participant.js';
import type { ParticipantCall } from '../participants/participant-call.js';
import type { ParticipantClient } from '../participants/participant-client.js';
import type { DatabaseClock } from '../store/database-clock.js';
import type { CallbackTokens } from './callback-tokens.js';
import { crashPoint } from './crash-points.js';
import type { EngineMetrics } from './engine-metrics.js';
import type { Fallbacks, SendAction } from './fallbacks.js';
import type { ParticipantDirectory } from './participant-directory.js';

/** Calls the participant of a step, or finds what stands in for its answer. */
export class Calls {
  constructor(
    private readonly client: ParticipantClient,
    private readonly directory: ParticipantDirectory,
    private readonly fallbacks: Fallbacks,
    private readonly tokens: CallbackTokens,
    private readonly clock: DatabaseClock,
    private readonly publicUrl: string,
    private readonly metrics: EngineMetrics,
  ) {}

  async make(state: SagaState, { step, operation, attempt }: Extract<Command, { type: 'call' }>): Promise<SagaEvent> {
    let request: OperationRequest;
    try {
      request = await requestFor(state, step, operation);
    } catch (err) {
      if (!(err instanceof MappingError)) throw err;
      return { type: 'mapping-failed', step: step.name, operation, error: stepError(err.code, err.message) };
    }
    crashPoint('before-call');
    const startedAt = performance.now();
    const reply = await this.ask(state, step, operation, attempt, request);
    this.metrics.answered(step, operation, reply, performance.now() - startedAt);
    crashPoint('after-call');
    return { type: 'reply', step: step.name, operation, attempt, reply };
  }

  private async ask(
    state: SagaState,
    step: CallStep,
    operation: Operation,
    attempt: number,
    request: OperationRequest,
  ): Promise<Reply> {
    const participant = this.directory.find(step.participant) ?? (await this.directory.lookUp(step.participant));
    const send: SendAction = (instead) => {
      const to = instead?.participant ?? participant;
      if (!to) return Promise.resolve(unknown(step));
      const call = this.callOf(to, state, step, operation, attempt, request);
      return this.client.send(instead ? { ...call, ...standingIn(call, instead.path) } : call);
    };
    if (operation === 'compensation') return send();
    return this.fallbacks.around({ state, step, attempt, request, participant }, send);
  }

  private callOf(
    participant: Participant,
    state: SagaState,
    step: CallStep,
    operation: Operation,
    attempt: number,
    { method, path, body }: OperationRequest,
  ): ParticipantCall {
    const token = this.tokens.issue({ sagaId: state.id, step: step.index, operation });
    const timeout = step.timeout ?? participant.timeout.total;
    const end = uselessAfter(state, step, operation);
    return {
      participant,
      sagaId: state.id,
      definition: `${state.definition.name}@${state.definition.version}`,
      step: step.name,
      operation,
      attempt,
      seq: state.seq,
      idempotencyKey: operationKey(state.id, step.name, operation),
      method,
      path,
      body: JSON.stringify(body),
      timeout: end === null ? timeout : Math.max(1, Math.min(timeout, end - this.clock.now())),
      releasedBy: viewOf(state, step.name).is.releasedBy,
      callbackUrl: `${this.publicUrl}/v1/callbacks/${token}`,
      traceparent: traceparentOf(state.id),
    };
  }
}

/** What is different in a call of another participant, made in the place of this one: a key of its own, and no turn yet. */
function standingIn({ idempotencyKey, path }: ParticipantCall, ownPath = path): Partial<ParticipantCall> {
  return { path: ownPath, idempotencyKey: `${idempotencyKey}/stand-in`, releasedBy: null };
}

function unknown({ participant }: CallStep): Reply {
  const message = `there is no participant ${participant}: PUT /v1/participants/${participant} before the attempts are used up`;
  return { kind: 'failed', effect: 'none', error: stepError('unknown-participant', message) };
}

/**
 * W3C trace context: all calls of a saga belong to one trace, which has the saga's id, so that logs of participants can be
 * joined. Not sampled: Skald records no spans of its own yet.
 */
function traceparentOf(sagaId: string): string {
  const span = (Math.floor(Math.random() * 0xffff_ffff) + 1).toString(16).padStart(16, '0');
  return `00-${sagaId.replaceAll('-', '')}-${span}-00`;
}

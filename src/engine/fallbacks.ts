import { DEFAULT_ANSWER_TTL, type CallStep, type Fallback } from '../saga/definition.js';
import { mayBeLastAttempt } from '../saga/replies.js';
import type { Reply, StandIn } from '../saga/reply.js';
import type { OperationRequest } from '../saga/request.js';
import { actionScope } from '../saga/scope.js';
import { fallbackOf, mayStandIn, ownStandIn } from '../saga/stand-ins.js';
import { viewOf, type SagaState } from '../saga/state.js';
import { MappingError } from '../saga/template.js';
import type { Participant } from '../participants/participant.js';
import type { ParticipantClient } from '../participants/participant-client.js';
import { AnswerCache, type Question } from '../participants/policies/degradation/answer-cache.js';
import { BREAKER } from '../participants/policies/breaker/breaker-policy.js';
import type { DatabaseClock } from '../store/database-clock.js';
import type { ParticipantDirectory } from './participant-directory.js';

/** An action that is about to be called. */
export interface AskedAction {
  readonly state: SagaState;
  readonly step: CallStep;
  readonly attempt: number;
  readonly request: OperationRequest;
  /** Absent: nobody knows it. */
  readonly participant: Participant | undefined;
}

/** Sends the action, to its own participant or to another one in its place. */
export type SendAction = (to?: { readonly participant: Participant; readonly path?: string }) => Promise<Reply>;

/** Finds what may stand in for the answer of a participant, where the step allows it. */
export class Fallbacks {
  private readonly answers = new AnswerCache();

  constructor(
    private readonly directory: ParticipantDirectory,
    private readonly client: ParticipantClient,
    private readonly clock: DatabaseClock,
  ) {}

  /**
   * Sends the action, unless its participant is degraded. What stands in is taken at once where the participant is
   * degraded or its breaker is open, and is offered with a failure that may have been the last.
   */
  around(asked: AskedAction, send: SendAction): Promise<Reply> {
    const fallback = fallbackOf(asked.step, asked.participant?.degradation?.fallback);
    return fallback ? this.guarded(fallback, asked, send) : send();
  }

  private async guarded(fallback: Fallback, asked: AskedAction, send: SendAction): Promise<Reply> {
    const { participant } = asked;
    const isDegraded = participant !== undefined && this.client.isDegraded(participant);
    const instead = isDegraded ? await this.find(fallback, asked, send) : null;
    if (instead) return { kind: 'degraded', standIn: instead };
    const reply = await send();
    switch (reply.kind) {
      case 'succeeded':
        if (fallback.strategy === 'cache_only') {
          this.answers.remember(questionOf(asked), reply.output, performance.now());
        }
        return reply;
      case 'refused': {
        // What was not to be found a moment ago is not looked for again.
        const standIn = reply.by === BREAKER && !isDegraded ? await this.find(fallback, asked, send) : null;
        return standIn ? { kind: 'degraded', standIn } : reply;
      }
      case 'failed': {
        const standIn = this.mayBeLast(asked, reply.retryAfter) ? await this.find(fallback, asked, send) : null;
        return standIn ? { ...reply, standIn } : reply;
      }
      case 'accepted':
      case 'rejected':
      case 'degraded':
        return reply;
    }
  }

  private async find(fallback: Fallback, asked: AskedAction, send: SendAction): Promise<StandIn | null> {
    const { strategy, ttl = DEFAULT_ANSWER_TTL } = fallback;
    const own = ownStandIn(fallback);
    if (own) return mayStandIn(asked.state, asked.step, own) ? own : null;
    if (strategy === 'cache_only') {
      const found = this.answers.get(questionOf(asked), ttl, performance.now());
      return found && { by: strategy, output: found.output, age: Math.round(found.ageMs) };
    }
    return this.named(strategy, asked, send);
  }

  private async named(name: string, { state, step }: AskedAction, send: SendAction): Promise<StandIn | null> {
    const fallback = this.directory.fallback(name);
    switch (fallback?.type) {
      case 'response':
        return { by: name, output: fallback.response };
      case 'expression':
        try {
          return { by: name, output: await fallback.expression.evaluate(actionScope(state, step)) };
        } catch (err) {
          if (err instanceof MappingError) return null;
          throw err;
        }
      case 'participant': {
        const other = fallback.participant;
        const participant = this.directory.find(other) ?? (await this.directory.lookUp(other));
        const reply = participant && (await send({ participant, ...(fallback.path && { path: fallback.path }) }));
        return reply?.kind === 'succeeded' ? { by: name, output: reply.output } : null;
      }
      case undefined: // the resilience file has changed since
        return null;
    }
  }

  private mayBeLast({ state, step, attempt }: AskedAction, retryAfter?: number): boolean {
    const policy = this.directory.retryPolicy(step, 'action');
    return mayBeLastAttempt(viewOf(state, step.name).is, policy, attempt, this.clock.now(), retryAfter);
  }
}

function questionOf({ step, request: { method, path, body } }: AskedAction): Question {
  return { participant: { name: step.participant }, method, path, body: JSON.stringify(body) };
}

import { attentionOf } from '../../saga/attention.js';
import { participantOf } from '../../saga/binding.js';
import type { Json } from '../../saga/json.js';
import { Redaction } from '../../saga/redaction.js';
import type { StepError } from '../../saga/reply.js';
import { statusOf, stepViews, type SagaState, type StepView, type Wait } from '../../saga/state.js';
import type { SagaRow } from '../../store/saga-row.js';
import type { SagaDto, StepDto, WaitingForDto } from './saga.dto.js';
import type { Sight } from './sight.js';

/** A saga as the contract shows it (§5, shapes). Messages never say what the definition marks as sensitive. */
export function viewOfSaga(state: SagaState, row?: Pick<SagaRow, 'due'>, sight: Sight = 'redacted'): SagaDto {
  const attention = attentionOf(state);
  const redaction = Redaction.of(state);
  const hidden = sight === 'redacted' ? redaction : null;
  const said = (text: string): string => redaction?.text(text) ?? text;
  return {
    id: state.id,
    definition: state.definition.name,
    version: state.definition.version,
    status: statusOf(state),
    paused: state.paused,
    businessKey: state.businessKey === null ? null : (hidden?.text(state.businessKey) ?? state.businessKey),
    tags: { ...((hidden?.data(state.tags) as SagaState['tags'] | undefined) ?? state.tags) },
    input: hidden ? hidden.input(state.input) : state.input,
    output: hidden ? hidden.output(state.output) : state.output,
    reason:
      state.direction === 'forward' || !state.reason ? null : { ...state.reason, message: said(state.reason.message) },
    stuck:
      attention?.kind === 'stuck'
        ? {
            step: attention.step,
            operation: attention.operation,
            code: attention.code,
            message: said(attention.message),
            since: instant(attention.since)!,
          }
        : null,
    startedAt: instant(state.startedAt)!,
    finishedAt: instant(state.finishedAt),
    dueAt: state.ended ? null : instant(row?.due ?? null),
    steps: stepViews(state).map((view) => viewOfStep(view, redaction, hidden)),
    seq: state.seq,
    parent: state.parent ? { saga: state.parent.saga, step: state.parent.step } : null,
    links: linksOf(state.id),
  };
}

function viewOfStep({ step, is }: StepView, redaction: Redaction | null, hidden: Redaction | null): StepDto {
  const { wait } = is;
  const output: Json = hidden ? hidden.stepOutput(step.name, is.output) : is.output;
  return {
    name: step.name,
    ...(step.type === 'call' && { participant: participantOf({ step, is })! }),
    ...(is.child && { saga: is.child.id }),
    kind: step.kind,
    status: is.status,
    ...(is.degraded !== null && { degraded: true, degradedBy: is.degraded }),
    ...(is.degradedAge !== null && { degradedAge: is.degradedAge }),
    output,
    error: is.error && shown(redaction ? redaction.error(is.error) : is.error),
    attempts: is.attempts,
    startedAt: instant(is.startedAt),
    compensationStartedAt: instant(is.compensationStartedAt),
    finishedAt: instant(is.finishedAt),
    waitingFor: wait && shownWait(wait),
    nextAttemptAt: wait?.for === 'retry' || wait?.for === 'release' ? instant(wait.until) : null,
  };
}

function shownWait(wait: Wait): WaitingForDto {
  const until = instant(wait.until);
  return wait.for === 'release' ? { what: 'policy', by: wait.by, until } : { what: wait.for, until };
}

function shown({ code, message, fingerprint }: StepError): StepError {
  return { code, message, fingerprint };
}

function linksOf(id: string): SagaDto['links'] {
  const self = `/v1/sagas/${id}`;
  return { self, events: `${self}/events`, cancel: `${self}/cancel`, signals: `${self}/signals/{signal}` };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

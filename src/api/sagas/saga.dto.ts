import type { Json } from '../../saga/json.js';
import { AnyJson } from '../docs/described.js';
import type { SagaStatus, StepStatus } from '../../saga/state.js';
import { ConsistencyDto } from '../webhooks/consistency.dto.js';

export class ErrorDto {
  /** Stable, kebab-case. */
  code: string;
  message: string;
  /** Equal for errors with the same cause. */
  fingerprint: string;
}

export class AttemptsDto {
  action: number;
  compensation: number;
}

export class ReasonDto {
  code: string;
  message: string;
}

export class StuckDto {
  step: string | null;
  operation: 'action' | 'compensation' | null;
  code: string;
  message: string;
  since: string;
}

export class ParentDto {
  saga: string;
  step: string;
}

export class WaitingForDto {
  /** `policy`: a policy of the participant holds the call back; nothing was sent, and it is no attempt. */
  what: 'retry' | 'policy' | 'callback' | 'timer' | 'signal' | 'child';
  /** Of `policy`: which one, e.g. `breaker`, `rate-limit`. */
  by?: string;
  /** `null`: for as long as it takes. */
  until: string | null;
}

export class StepDto {
  name: string;
  participant?: string;
  /** The child saga, once it has been requested. */
  saga?: string;
  kind: 'compensatable' | 'pivot' | 'retriable';
  status: StepStatus;
  /** A fallback answered in place of the participant. */
  degraded?: boolean;
  degradedBy?: string;
  /** How old a remembered answer was when it was taken, in ms. */
  degradedAge?: number;
  @AnyJson('What the participant answered')
  output: Json;
  error: ErrorDto | null;
  /** Attempts whose end is known, per operation. */
  attempts: AttemptsDto;
  /** When its action began; the time since then is what its attempts have taken so far. */
  startedAt: string | null;
  /** The same of its compensation. */
  compensationStartedAt: string | null;
  finishedAt: string | null;
  /** `null`: for nothing; it is under way, or not open. */
  waitingFor: WaitingForDto | null;
  nextAttemptAt: string | null;
}

/** A saga: one run of a definition. */
export class SagaDto {
  id: string;
  definition: string;
  version: number;
  status: SagaStatus;
  paused: boolean;
  businessKey: string | null;
  tags: { [key: string]: string };
  @AnyJson('As it was given at the start')
  input: Json;
  @AnyJson("What the definition's output expression gave")
  output: Json;
  /** Why it turned back. */
  reason: ReasonDto | null;
  /** Why it can't go on without an operator. */
  stuck: StuckDto | null;
  startedAt: string;
  finishedAt: string | null;
  /** When the engine looks at it again by itself. */
  dueAt: string | null;
  /** In definition order. */
  steps: StepDto[];
  /** Number of its last journal entry; also its ETag. */
  seq: number;
  parent: ParentDto | null;
  links: { [name: string]: string };
  /** Only with `consistency=synced`. */
  consistency?: ConsistencyDto;
}

import type { HttpMethod, Operation } from '../saga/definition.js';
import type { Participant } from './participant.js';

/** One attempt of an action or a compensation, ready to be sent. */
export interface ParticipantCall {
  readonly participant: Participant;
  readonly sagaId: string;
  /** `name@version`. */
  readonly definition: string;
  readonly step: string;
  readonly operation: Operation;
  /** 1, 2, 3 …, counted per operation. */
  readonly attempt: number;
  /** Number of the journal entry that this call follows from. */
  readonly seq: number;
  /** The same for every attempt, never reused for anything else. */
  readonly idempotencyKey: string;
  readonly method: HttpMethod;
  /** Below the endpoint's own path; starts with `/` and may have a query. */
  readonly path: string;
  /** Serialised JSON. Not sent with GET. */
  readonly body: string;
  /** Total time of this attempt in ms. Default: the participant's. */
  readonly timeout?: number;
  /** The policy that held this call back and has let it go since; `null` once it has been sent. */
  readonly releasedBy: string | null;
  readonly callbackUrl: string;
  /** W3C trace context; left out when malformed. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

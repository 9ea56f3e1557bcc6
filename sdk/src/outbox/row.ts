import type { Json } from '../json.js';

/** Why a start was not taken: the last answer to it, or what kept the answer away. */
export interface StartProblem {
  /** HTTP status; `null` if there was no answer. */
  readonly status: number | null;
  /** Of Skald, e.g. `invalid-input`, or of the error: `unreachable`, `TimeoutError`. */
  readonly code: string;
  /** For people. */
  readonly detail: string;
}

/** A start that was written in a transaction, and what has become of it. Instants are texts as RFC 3339 has them. */
export interface OutboxRow {
  /** A UUID. */
  readonly id: string;
  /** `pending`: to be tried, or tried again, at `nextAt`; `refused`: by Skald, until `retryRefused`. */
  readonly state: 'pending' | 'started' | 'refused';
  readonly definition: string;
  /** `null`: the latest at the time of the start. */
  readonly version: number | null;
  readonly input: Json;
  readonly idempotencyKey: string;
  readonly businessKey: string;
  readonly concurrencyKey: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly writtenAt: string;
  readonly nextAt: string;
  /** How often a relay has taken it in hand. */
  readonly tries: number;
  readonly sagaId: string | null;
  /** When a relay heard that the saga was started. */
  readonly deliveredAt: string | null;
  /** Of the last try that came to nothing; `null` when there was none, and as soon as one succeeds. */
  readonly problem: StartProblem | null;
}

/** Which rows; all of it must hold. */
export interface RowFilter {
  readonly ids?: readonly string[];
  readonly definition?: string;
  /** The code of their problem. */
  readonly code?: string;
}

/** One row as a JSON text: all libraries give a text as it is, and have views of their own on anything else. */
export const ROW_AS_TEXT = `json_build_object(
  'id', id, 'state', state, 'definition', definition, 'version', version, 'input', input,
  'idempotencyKey', idempotency_key, 'businessKey', business_key, 'concurrencyKey', concurrency_key, 'tags', tags,
  'writtenAt', written_at, 'nextAt', next_at, 'tries', tries,
  'sagaId', saga_id, 'deliveredAt', delivered_at, 'problem', problem)::text`;

export function readRow(text: unknown): OutboxRow {
  return JSON.parse(String(text)) as OutboxRow;
}

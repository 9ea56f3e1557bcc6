import type { Json } from '../json.js';
import type { Operation } from '../participant/call.js';
import type { StepStatus } from '../step-status.js';

/**
 * - `running`: goes forward;
 * - `completed`: all steps are done; final;
 * - `compensating`: has turned back;
 * - `compensated`: all that may have taken effect is undone; final;
 * - `stuck`: needs a person; branches that don't depend on it go on.
 */
export type SagaStatus = 'running' | 'completed' | 'compensating' | 'compensated' | 'stuck';

/**
 * One run of a definition, as it stood when Skald answered. Instants are RFC 3339 in UTC.
 *
 * @typeParam Input what it was started with
 * @typeParam Output what its definition's output expression gives
 */
export interface Saga<Input = Json, Output = Json> {
  /** A UUIDv7. */
  readonly id: string;
  /** Name of its definition. */
  readonly definition: string;
  /** Version of its definition, to which it stays true. */
  readonly version: number;
  readonly status: SagaStatus;
  /** Whether an operator holds it back. */
  readonly paused: boolean;
  /** How your own system calls it. */
  readonly businessKey: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** As it was given at the start. */
  readonly input: Input;
  /** What the definition's output expression gave; `null` before the end, and for a saga that was undone. */
  readonly output: Output | null;
  /** Why it turned back, or wants to while its pivot is in flight. */
  readonly reason: { readonly code: string; readonly message: string } | null;
  /** What it can't get over without an operator; the first of several. */
  readonly stuck: StuckAt | null;
  readonly startedAt: string;
  /** `null`: it has not ended. */
  readonly finishedAt: string | null;
  /** When Skald looks at it again by itself; `null`: only a message can move it, or it has ended, or was just started. */
  readonly dueAt: string | null;
  /** In the order of the definition. */
  readonly steps: readonly StepView[];
  /** Number of its last journal entry. */
  readonly seq: number;
  /** Of a child saga: whose child it is, and of which step. */
  readonly parent: { readonly saga: string; readonly step: string } | null;
  /** Paths on the server: `self`, `events`, `cancel`, `signals`. */
  readonly links: Readonly<Record<string, string>>;
  /** How far the webhooks are that want its events. Only if it was read with `synced`. */
  readonly consistency?: Consistency;
}

/** Whether everything that a saga has come to has reached those who subscribe to its events; webhooks by name. */
export interface Consistency {
  readonly synced: boolean;
  /** Those that have not got everything yet. */
  readonly pending: readonly string[];
  /** Those for which an event of this saga was given up. */
  readonly failed: readonly string[];
}

/** Why a saga needs an operator. */
export interface StuckAt {
  /** `null`: the saga as a whole was set aside. */
  readonly step: string | null;
  readonly operation: Operation | null;
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  /** Instant. */
  readonly since: string;
}

/** What a step that is open waits for. */
export interface WaitingFor {
  /** `policy`: a policy of the participant holds the call back; nothing was sent, and it is no attempt. */
  readonly what: 'retry' | 'policy' | 'callback' | 'timer' | 'signal' | 'child';
  /** Of `policy`: which one, e.g. `breaker`, `rate-limit`. */
  readonly by?: string;
  /** Instant; `null`: for as long as it takes. */
  readonly until: string | null;
}

/** How a step of a saga stands. */
export interface StepView {
  readonly name: string;
  /** Of a step that calls one. */
  readonly participant?: string;
  /** Of a step that is a child saga: its id, once it has been requested. */
  readonly saga?: string;
  readonly kind: 'compensatable' | 'pivot' | 'retriable';
  readonly status: StepStatus;
  /** A fallback answered in place of the participant. */
  readonly degraded?: boolean;
  /** Which fallback that was. */
  readonly degradedBy?: string;
  /** How old a remembered answer was when it was taken, in ms. */
  readonly degradedAge?: number;
  /** What the participant answered. */
  readonly output: Json;
  /** The last error; equal fingerprints, equal cause. */
  readonly error: { readonly code: string; readonly message: string; readonly fingerprint: string } | null;
  /** Attempts whose end is known. */
  readonly attempts: { readonly action: number; readonly compensation: number };
  /** When its action began; the time since then is what its attempts have taken so far. */
  readonly startedAt: string | null;
  /** The same of its compensation. */
  readonly compensationStartedAt: string | null;
  readonly finishedAt: string | null;
  /** `null`: for nothing; it is under way, or not open. */
  readonly waitingFor: WaitingFor | null;
  /** When it is tried again. */
  readonly nextAttemptAt: string | null;
}

/** Whether it has come to its end, or needs a person: nothing more to be waited for. */
export function isSettled({ status }: Saga<unknown, unknown>): boolean {
  return status === 'completed' || status === 'compensated' || status === 'stuck';
}

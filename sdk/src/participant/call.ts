import type { Callback } from './callback.js';

/** Whether a call carries a step out or undoes it. */
export type Operation = 'action' | 'compensation';

/** Which operation of which saga a call is about: the same for every attempt. A barrier guards by it. */
export interface OperationId {
  /** The saga; Skald's are UUIDv7. */
  readonly sagaId: string;
  /** Name of the step in the saga's definition. */
  readonly step: string;
  readonly operation: Operation;
}

/** One attempt of an operation: what Skald sent, verified and read. */
export interface Call<Body = unknown> extends OperationId {
  /** `{sagaId}/{step}/{operation}`. Hand it on to whatever has an effect outside of the barrier's transaction. */
  readonly idempotencyKey: string;
  /** The saga's definition, and its version; `unknown` and 1 if the call doesn't say, which Skald's always do. */
  readonly definition: { readonly name: string; readonly version: number };
  /** 1, 2, 3 … per operation; after a crash of the server a number may come again. */
  readonly attempt: number;
  /** Fencing token: within one saga, a call with a lower number comes from a driver that has been replaced. */
  readonly seq: number;
  /** After this instant, by the server's clock, nobody waits for the answer; `null` if it was not told. */
  readonly deadline: Date | null;
  /** The body that the definition gives to this operation. */
  readonly body: Body;
  /** Values of the `:names` in the handler's path. */
  readonly params: Readonly<Record<string, string>>;
  /** All headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the caller hangs up: nobody hears the answer any more. What was done so far still counts. */
  readonly signal: AbortSignal;
  /**
   * Where the result goes when the handler returns {@link Accepted}.
   * @throws {TypeError} if the call named no callback URL
   */
  callback<Output = unknown>(): Callback<Output>;
}

/** What a compensation is told unless the definition says otherwise. */
export interface CompensationBody<Input = unknown, Output = unknown> {
  /** The body that the action was given. */
  readonly input: Input;
  /** What the action answered; `null` if that was never heard, though the action may have taken effect. */
  readonly output: Output | null;
  /** Why the saga turned back. */
  readonly reason: { readonly code: string; readonly message: string };
}

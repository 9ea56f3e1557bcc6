import type { Json } from '../json.js';
import type { Call } from '../participant/call.js';
import type { Callback } from '../participant/callback.js';

/** One request of Skald's to a participant, as it stands on the wire. Names of headers are in lower case. */
export interface TestRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Makes the handle on the result of this call: what is told to it comes to the saga, without a network. */
  readonly callback: (url: string) => Callback;
}

/** What came back. */
export interface TestAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: there was a body, but it is not JSON. */
  readonly body: Json | undefined;
}

/**
 * What a participant does with a call, in a test. It answers as the handlers of a real one do: what it returns is the
 * answer, `Accepted` is a 202, and it may throw `Rejected` (409) and `Later` (429); anything else that it throws is a 500.
 */
export type TestHandler = (
  // What the body is, the test knows: it is what the definition under test sends.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  call: Call<any>,
) => unknown;

/** By path, which may have parameters: `/orders/:id`. The same handler gets actions and compensations. */
export type TestHandlers = Readonly<Record<`/${string}`, TestHandler>>;

/**
 * A `participant()` of this SDK, or whatever else takes requests in this form. What it tells to `call.callback()` comes
 * to the saga. What it tells later, by `callback(url)`, goes over HTTP and leads nowhere in a test: let the scenario say
 * it by `whenCallback`.
 */
export interface RealParticipant {
  handle(request: TestRequest): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }>;
}

/** Who answers in a test: handlers by path, or a real participant. `{}` answers `null` to everything. */
export type TestParticipant = TestHandlers | RealParticipant;

export function isReal(participant: TestParticipant): participant is RealParticipant {
  return 'handle' in participant && typeof participant.handle === 'function';
}

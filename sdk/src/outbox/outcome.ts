import type { StartProblem } from './row.js';

/**
 * What came of one try:
 * - `started`: there is a saga;
 * - `refused`: Skald says no, and will say so again;
 * - `postponed`: another time may do better. `isGeneral`: no row would have done better now; `atLeast`: how long Skald
 *   asks to wait, ms.
 */
export type Outcome =
  | { readonly state: 'started'; readonly sagaId: string }
  | { readonly state: 'refused'; readonly problem: StartProblem }
  | {
      readonly state: 'postponed';
      readonly problem: StartProblem;
      readonly isGeneral: boolean;
      readonly atLeast: number;
      readonly error: unknown;
    };

/** What it means that a start was answered by an error: of the client, or of anything that stands in its place. */
export function outcomeOf(error: unknown): Outcome {
  const { status, code, name, detail, message, retryAfter } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const problem: StartProblem = {
    status: typeof status === 'number' ? status : null,
    // The code of an exception of the web platform is a number.
    code: words(typeof code === 'string' ? code : (name ?? 'unknown')),
    detail: words(detail ?? message ?? error),
  };
  if (isFinal(problem)) return { state: 'refused', problem };
  return {
    state: 'postponed',
    problem,
    // 409: the first call with this key is still running, or the concurrency key is taken.
    isGeneral: problem.status !== 409,
    atLeast: typeof retryAfter === 'number' ? retryAfter : 0,
    error,
  };
}

/** Problems with a status of their own that pass: keys that are mended, limits, time. */
const PASSING = new Set([401, 403, 407, 408, 409, 425, 429]);

/** A no of something on the way to Skald, or of its address, says nothing about the row. */
function isFinal({ status, code }: StartProblem): boolean {
  return (
    status !== null &&
    status >= 400 &&
    status < 500 &&
    !PASSING.has(status) &&
    !code.startsWith('http-') &&
    code !== 'no-such-route'
  );
}

/** As Postgres can keep it, whatever a stranger's error says. */
function words(text: unknown): string {
  const short = String(text).slice(0, 2_000).replaceAll('\0', '');
  return Buffer.from(short).toString(); // without halves of characters
}

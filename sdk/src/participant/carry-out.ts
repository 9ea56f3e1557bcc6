import type { Answer, Verdict } from '../barrier/barrier.js';
import type { Json } from '../json.js';
import type { Call } from './call.js';
import type { Target } from './handler.js';
import { problem } from './reply.js';
import { isAccepted, isRejected, Rejected } from './results.js';
import { pointerTo, type StandardSchema } from '../standard-schema.js';
import { cleanText, storable } from './storable.js';

/** A body that the handler's schema refuses. */
class InvalidBody extends Rejected {
  constructor(readonly errors: readonly { readonly pointer: string; readonly detail: string }[]) {
    super(`the body is not what this operation takes: ${errors.map(({ detail }) => detail).join('; ')}`, {
      code: 'invalid-body',
    });
  }
}

/**
 * Runs a handler.
 * @returns what it came to, the no of an action included
 * @throws everything else that the handler throws; and the no of a compensation: it is not kept, because the saga is
 *   stuck until somebody has mended what stood in the way, and the same compensation must be able to succeed then
 */
export async function carryOut<Tx>(target: Target<Tx>, call: Call, tx: Tx): Promise<Verdict> {
  try {
    const body = target.schema ? await taken(target.schema, call.body) : call.body;
    const result: unknown = await target.handler({ ...call, body }, tx);
    // Returned in place of thrown, a failure must not pass for an answer.
    if (result instanceof Error) throw result;
    const answer = isAccepted(result) ? { status: result.status, body: null } : { status: 200, body: storable(result) };
    return { answer, effects: 'keep' };
  } catch (error) {
    if (!isRejected(error) || call.operation === 'compensation') throw error;
    return { answer: refusal(error), effects: 'undo' };
  }
}

/** The answer that a business no is. */
export function refusal(no: Rejected): Answer {
  const more: Record<string, Json> = {};
  if (no instanceof InvalidBody) more['errors'] = storable(no.errors);
  if (no.details !== undefined) more['details'] = storable(no.details);
  return problem(no instanceof InvalidBody ? 422 : 409, cleanText(no.code), cleanText(no.message), more);
}

async function taken(schema: StandardSchema, body: unknown): Promise<unknown> {
  const validation = await schema['~standard'].validate(body);
  if (!validation.issues) return validation.value;
  throw new InvalidBody(
    validation.issues.map((issue) => ({ pointer: cleanText(pointerTo(issue)), detail: cleanText(issue.message) })),
  );
}

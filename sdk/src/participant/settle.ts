import type { Barrier } from '../barrier/barrier.js';
import type { Call } from './call.js';
import { carryOut, refusal } from './carry-out.js';
import type { Target } from './handler.js';
import { problem, reply, type Reply } from './reply.js';
import { isLater, isRejected } from './results.js';

/** A fault instead of an answer. */
export interface Fault {
  /** 500: of the handler; 503: of the barrier. */
  readonly status: 500 | 503;
  readonly error: unknown;
}

/** Has a call carried out, behind the barrier if there is one, and says in HTTP's words what came of it. */
export async function settle<Tx>(
  barrier: Barrier<Tx> | undefined,
  target: Target<Tx>,
  call: Call,
): Promise<Reply | Fault> {
  const thrownByWork = new Set<unknown>();
  const work = async (tx: Tx): ReturnType<typeof carryOut> => {
    try {
      return await carryOut(target, call, tx);
    } catch (error) {
      thrownByWork.add(error);
      throw error;
    }
  };
  try {
    // Without a barrier the type of the transaction is `undefined`.
    if (!barrier) return reply((await work(undefined as Tx)).answer);
    const { sagaId, step, operation } = call;
    const { answer, origin } = await barrier.guard({ sagaId, step, operation }, work);
    return reply(answer, { 'skald-answer': origin });
  } catch (error) {
    if (isRejected(error)) return reply(refusal(error));
    if (isLater(error)) return reply(problem(429, 'later', error.message), { 'retry-after': seconds(error.after) });
    return { status: thrownByWork.has(error) ? 500 : 503, error };
  }
}

/** Whole ones, rounded up. */
function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

import { randomUUID } from 'node:crypto';
import { milliseconds } from '../duration.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { backOff, pause } from './pauses.js';
import { startBody } from './start-body.js';
import type { BatchItem, BatchResult } from './start-options.js';

/**
 * Starts many sagas. Items that Skald could not take just now are sent again, alone, like single starts would be.
 * @returns one result per item, in order
 */
export async function startMany(
  connection: Connection,
  items: readonly BatchItem[],
  { signal, timeout }: CallOptions,
): Promise<BatchResult[]> {
  const { retries, timeout: usual } = connection.settings;
  const until = performance.now() + (timeout === undefined ? usual : milliseconds(timeout));
  const bodies = items.map(({ definition, input, idempotencyKey = randomUUID(), ...fields }) => ({
    ...startBody(definition, input, fields),
    idempotencyKey,
  }));
  const results: BatchResult[] = [];
  let open = bodies.map((_, i) => i);
  for (let round = 1; ; round++) {
    const sent = open;
    const ask = connection.ask<{ readonly items: readonly BatchResult[] }>({
      method: 'POST',
      path: '/v1/sagas/batch',
      json: { items: sent.map((i) => bodies[i]) },
      signal,
      timeout: Math.max(1, until - performance.now()),
    });
    const answer = await ask.catch((err: unknown) => {
      if (round === 1 || signal?.aborted) throw err;
      return null; // what became of the other items must not be lost over these
    });
    if (!answer) return results;
    sent.forEach((i, at) => (results[i] = answer.items[at]!));
    open = sent.filter((i) => maySucceedLater(results[i]!));
    const ms = backOff(round);
    if (open.length === 0 || round > retries || performance.now() + ms >= until) return results;
    await pause(ms, signal);
  }
}

function maySucceedLater({ status, problem }: BatchResult): boolean {
  return status === 429 || status === 503 || problem?.code === 'idempotency-key-in-use';
}

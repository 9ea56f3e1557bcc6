import type { Json } from '../json.js';
import { outcomeOf, type Outcome } from './outcome.js';
import type { OutboxRow } from './row.js';
import { OUTBOX_TAG } from './start-values.js';

/** What a relay needs of a `SkaldClient`. */
export interface SagaStarter {
  readonly sagas: {
    start(
      definition: string,
      input: Json,
      options: {
        readonly idempotencyKey: string;
        readonly version?: number;
        readonly businessKey: string;
        readonly concurrencyKey?: string;
        readonly tags: Readonly<Record<string, string>>;
        readonly signal: AbortSignal;
      },
    ): Promise<{ readonly id: string }>;
    list(
      filter: { readonly businessKey: string; readonly tags: Readonly<Record<string, string>> },
      options: { readonly signal: AbortSignal },
    ): AsyncIterable<{ readonly id: string }>;
  };
}

/**
 * After this long since its first try, ms, a row is looked for among Skald's sagas before it is tried again: one of the
 * tries may have started the saga without being heard, and Skald promises to know a key for 24 hours. Half of that, so
 * that a relay may be frozen between its claim and its request for the other half.
 */
export const KEY_IS_OLD = 12 * 3_600_000;

/**
 * Tries once to have the saga started.
 * @param isOld whether Skald may have forgotten the row's key
 * @param timeout for the answer, ms
 */
export async function deliver(skald: SagaStarter, row: OutboxRow, isOld: boolean, timeout: number): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const { id } = (isOld ? await startedEarlier(skald, row, signal) : null) ?? (await start(skald, row, signal));
    if (typeof id === 'string') return { state: 'started', sagaId: id };
    throw new TypeError('the start was answered without the id of a saga');
  } catch (error) {
    return outcomeOf(error);
  }
}

function start({ sagas }: SagaStarter, row: OutboxRow, signal: AbortSignal): Promise<{ readonly id: string }> {
  const { definition, input, idempotencyKey, version, businessKey, concurrencyKey, tags } = row;
  return sagas.start(definition, input, {
    idempotencyKey,
    businessKey,
    tags,
    signal,
    ...(version !== null && { version }),
    ...(concurrencyKey !== null && { concurrencyKey }),
  });
}

async function startedEarlier(
  { sagas }: SagaStarter,
  { businessKey, idempotencyKey }: OutboxRow,
  signal: AbortSignal,
): Promise<{ readonly id: string } | null> {
  // The tag tells the saga for certain; the business key is what Skald finds it by without reading through all of them.
  const filter = { businessKey, tags: { [OUTBOX_TAG]: idempotencyKey } };
  for await (const saga of sagas.list(filter, { signal })) return saga;
  return null;
}

import { randomUUID } from 'node:crypto';
import type { DefinitionRef } from '../client/definition-ref.js';
import type { StartFields } from '../client/start-options.js';
import { jsonText } from './json-text.js';

/** What goes with a start in a transaction, beside its input. */
export interface OutboxFields extends StartFields {
  /**
   * The same key and the same start give the same saga, for 24 hours or longer. 1 to 255 printable ASCII characters.
   * Default: the row's id, so that the row starts one saga, however often it has to be delivered. A key of your own
   * (`order-4711`) makes one saga of several rows.
   */
  readonly idempotencyKey?: string;
  /** How your own system calls this transaction; sagas can be found by it. Default: the idempotency key. */
  readonly businessKey?: string;
  /**
   * While a saga with this key is open, another one has to wait: the row is tried again until it is free. Rows that wait
   * for the same key are not in any order.
   */
  readonly concurrencyKey?: string;
  /** Up to 31 texts by which sagas can be found. One more is added, {@link OUTBOX_TAG}. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The tag that every saga from an outbox has. Its value is the idempotency key: the relay may have to find the saga by it. */
export const OUTBOX_TAG = 'skald-outbox';

/**
 * A start as the values of a row. Whatever Skald would refuse without knowing the definition is refused here, where the
 * transaction can still be rolled back.
 * @throws {TypeError} with a sentence that names what is wrong
 */
export function startValues(
  definition: string | DefinitionRef,
  input: unknown,
  { idempotencyKey, businessKey, concurrencyKey, tags = {}, version }: OutboxFields,
): readonly [id: string, ...others: (string | number | null)[]] {
  const ref: DefinitionRef = typeof definition === 'string' ? { name: definition } : definition;
  const id = randomUUID();
  const key = idempotencyKey ?? id;
  check(/^[a-z][a-z0-9-]{0,62}$/.test(ref.name), `${JSON.stringify(ref.name)} is no name of a definition`);
  const number = version ?? ref.version ?? null;
  check(number === null || (Number.isInteger(number) && number >= 1), 'version must be a whole number, 1 or more');
  check(/^[\x21-\x7e][\x20-\x7e]{0,254}$/.test(key), 'idempotencyKey must be 1 to 255 printable ASCII characters');
  check(isShort(businessKey), 'businessKey must be a text of 1 to 255 characters');
  check(isShort(concurrencyKey), 'concurrencyKey must be a text of 1 to 255 characters');
  check(areTags(tags), 'tags must be at most 31 texts of up to 255 characters, each under a name of up to 63');
  check(!(OUTBOX_TAG in tags), `the tag ${OUTBOX_TAG} is the outbox's own`);
  return [
    id,
    ref.name,
    number,
    jsonText('input', input),
    key,
    businessKey ?? key,
    concurrencyKey ?? null,
    JSON.stringify({ ...tags, [OUTBOX_TAG]: key }),
  ];
}

function check(isRight: boolean, sentence: string): void {
  if (!isRight) throw new TypeError(sentence);
}

/** Postgres keeps no NUL in a text. */
function isShort(text: string | undefined): boolean {
  return text === undefined || (typeof text === 'string' && /^[^\0]{1,255}$/.test(text));
}

function areTags(tags: Readonly<Record<string, unknown>>): boolean {
  const all = Object.entries(tags);
  return (
    all.length <= 31 && all.every(([name, text]) => name.length <= 63 && typeof text === 'string' && text.length <= 255)
  );
}

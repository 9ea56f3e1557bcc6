/**
 * The SQLSTATE of an error of Postgres, however deep a library has wrapped it; `null` if it is none.
 * See https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function sqlStateOf(error: unknown): string | null {
  for (const { code } of layersOf(error)) if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return null;
}

/** What an error says, and what those say that it wraps. */
export function messagesOf(error: unknown): string {
  return layersOf(error)
    .map(({ message }) => String(message))
    .join('\n');
}

/** An error, and what it wraps. */
function layersOf(error: unknown): Record<string, unknown>[] {
  const layers: Record<string, unknown>[] = [];
  for (let at = error; isObject(at) && layers.length < 8; at = at['driverError'] ?? at['cause']) layers.push(at);
  return layers;
}

/** Whether the transaction lost against another one and may well get through when it is run again. */
export function isWorthRepeating(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}

/** A statement that only makes sense in a transaction was sent outside of one. */
export const NO_ACTIVE_TRANSACTION = '25P01';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

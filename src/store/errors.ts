/**
 * Postgres can't be reached or can't take the work now. Passes by itself: try again.
 * `inDoubt`: what was asked for was sent, so it may have happened although nobody was told.
 */
export class StoreUnavailable extends Error {
  readonly code = 'store-unavailable';

  constructor(
    readonly inDoubt: boolean,
    options?: { cause?: unknown },
  ) {
    super(inDoubt ? 'Postgres did not say whether it was stored' : 'Postgres is not available', options);
    this.name = 'StoreUnavailable';
  }
}

/** Postgres refuses this one entry for what it holds or claims; repeating it is of no use. Nothing was stored. */
export class EntryRefused extends Error {
  readonly code = 'entry-refused';

  constructor(cause: unknown) {
    super(`Postgres refused the entry: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'EntryRefused';
  }
}

/** The statement waited too long for a lock that somebody else holds. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** Two starts raced for the keys in a way that one snapshot can't see (migrations, `skald.abandon_start`). */
export const START_ABANDONED = 'SK004';

const PASSING = new Set([
  '25006', // read-only: a failover is under way
  '40001', // serialization failure
  '40P01', // deadlock: the other one went first
  LOCK_NOT_AVAILABLE,
  '57014', // cancelled, most likely by statement_timeout
  '57P01', // shut down by the administrator
  '57P02', // crashed
  '57P03', // starting up
  START_ABANDONED,
]);
/** Connection trouble; resources (disk full, out of memory, too many connections); system errors. */
const PASSING_CLASSES = new Set(['08', '53', '58']);

/** The five characters by which Postgres names an error; `null` when it was not Postgres that spoke. */
export function sqlState(error: unknown): string | null {
  const cause = error as { code?: unknown; driverError?: { code?: unknown } } | null;
  const code = cause?.driverError?.code ?? cause?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : null;
}

/**
 * Whether the same statement may well succeed a moment later. What Postgres itself did not say
 * (connection refused, reset, timed out, host not found) is about the way there, and passes.
 */
export function passes(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return PASSING.has(state) || PASSING_CLASSES.has(state.slice(0, 2));
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
}

/** Runs a read or an idempotent write; trouble that passes comes out as {@link StoreUnavailable}, the rest as it is. */
export async function reaching<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw !(error instanceof StoreUnavailable) && passes(error) ? new StoreUnavailable(true, { cause: error }) : error;
  }
}

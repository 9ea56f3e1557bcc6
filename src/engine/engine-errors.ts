import type { Problem } from '../saga/problems.js';

/** There is no such definition, or not in that version. */
export class UnknownDefinition extends Error {
  readonly code = 'unknown-definition';
}

/** There is no saga with this id. */
export class UnknownSaga extends Error {
  readonly code = 'unknown-saga';

  constructor(readonly sagaId: string) {
    super(`there is no saga ${sagaId}`);
  }
}

/** The input does not meet the definition's schema. */
export class InvalidInput extends Error {
  readonly code = 'invalid-input';

  constructor(
    definition: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      `${definition} can't start with this input: ${problems.map((p) => `${p.pointer || '/'} ${p.detail}`).join('; ')}`,
    );
  }
}

/** The idempotency key was used for something else. */
export class IdempotencyKeyReused extends Error {
  readonly code = 'idempotency-key-reused';
}

/** The first call with this key has not ended yet. */
export class IdempotencyKeyInUse extends Error {
  readonly code = 'idempotency-key-in-use';
}

/** Another open saga holds the concurrency key. */
export class ConcurrencyKeyBusy extends Error {
  readonly code = 'concurrency-key-busy';

  constructor(
    key: string,
    readonly holder: string,
  ) {
    super(`saga ${holder} holds the concurrency key ${JSON.stringify(key)} until it has ended`);
  }
}

/** The saga has gone on since its caller looked at it (`If-Match`). */
export class SagaMoved extends Error {
  readonly code = 'saga-moved';

  constructor(
    sagaId: string,
    readonly seq: number,
  ) {
    super(`saga ${sagaId} has gone on: it is at entry ${seq} now; look at it, and decide again`);
  }
}

/** The server has more to do than it can, and turns this start away. Nothing was stored. */
export class Overloaded extends Error {
  readonly code = 'overloaded';

  constructor(
    definition: string,
    readonly reason: string,
    /** In seconds. */
    readonly retryAfter: number,
  ) {
    super(`the server is overloaded (${reason}) and starts no ${definition} for now: try again in ${retryAfter} s`);
  }
}

/** The process is shutting down. */
export class Draining extends Error {
  readonly code = 'draining';
}

import type { Attempt } from '../../saga/attempts.js';
import type { Redaction } from '../../saga/redaction.js';
import type { AttemptDto } from './attempt.dto.js';

/** An attempt as everybody may see it: what participants said never holds what the definition marks as sensitive. */
export function viewOfAttempt(attempt: Attempt, redaction: Redaction | null): AttemptDto {
  const { step, operation, at, outcome, error, call, nextAt } = attempt;
  return {
    step,
    operation,
    attempt: attempt.attempt,
    at: new Date(at).toISOString(),
    endpoint: call?.endpoint ?? null,
    status: call?.status ?? null,
    ms: call?.ms ?? null,
    outcome,
    error: error && redaction ? redaction.error(error) : error,
    ...(call?.excerpt !== undefined && { excerpt: redaction?.text(call.excerpt) ?? call.excerpt }),
    ...(nextAt !== undefined && { nextAttemptAt: new Date(nextAt).toISOString() }),
  };
}

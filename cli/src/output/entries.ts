import type { Fact, JournalEntry } from '@skald/sdk';
import { plain } from './plain.js';
import { clock } from './times.js';

/** One journal entry in one line: when, which, who, and what happened. */
export function entryLine({ at, seq, by, facts }: JournalEntry): string {
  return plain(`${clock(at)}  #${seq}  ${by}  ${facts.map(phrase).join(', ')}`);
}

function phrase(fact: Fact): string {
  const error = fact['error'] as { readonly code?: string; readonly message?: string } | undefined;
  const reason = fact['reason'] as { readonly code?: string } | string | undefined;
  return [
    fact.type,
    fact.step,
    fact.operation === 'compensation' ? '(compensation)' : undefined,
    fact.attempt !== undefined && fact.attempt > 1 ? `attempt ${fact.attempt}` : undefined,
    error?.code === undefined ? undefined : `${error.code}: ${error.message ?? ''}`,
    typeof reason === 'string' ? `"${reason}"` : reason?.code,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

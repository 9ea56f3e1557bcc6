import type { Pending } from './pending.js';

const MOST_ROWS = 512;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Chooses what the next flush carries, oldest first. Left for a later one is what would touch the same row twice in one
 * statement (Postgres applies only one of the changes) or what a key given back in this flush would only let in after it.
 */
export function takeFlush(queue: readonly Pending[], now: number): { batch: Pending[]; rest: Pending[] } {
  const batch: Pending[] = [];
  const rest: Pending[] = [];
  const taken = new Map<string, number>();
  const woken = new Set<string>();
  const keys = new Set<string>();
  let characters = 0;

  const clashes = (entry: Pending): boolean => {
    // Rivals for one number may travel together: one of them wins. Two numbers of one saga may not.
    const seq = taken.get(entry.sagaId);
    if ((seq !== undefined && seq !== entry.seq) || woken.has(entry.sagaId)) return true;
    const key = concurrencyKey(entry);
    if (key !== undefined && keys.has(key)) return true;
    return entry.kind === 'append' && (entry.append.wake?.some((id) => taken.has(id)) ?? false);
  };

  for (const entry of queue) {
    if (entry.settled) continue;
    const full = batch.length >= MOST_ROWS || (batch.length > 0 && characters + entry.facts.length > MOST_CHARACTERS);
    if (full || entry.notBefore > now || clashes(entry)) {
      rest.push(entry);
      continue;
    }
    batch.push(entry);
    characters += entry.facts.length;
    taken.set(entry.sagaId, entry.seq);
    if (entry.kind === 'append') entry.append.wake?.forEach((id) => woken.add(id));
    const key = concurrencyKey(entry);
    if (key !== undefined) keys.add(key);
  }
  return { batch, rest };
}

function concurrencyKey(entry: Pending): string | undefined {
  return entry.kind === 'start' ? entry.start.fact.concurrencyKey : entry.append.freeConcurrencyKey;
}

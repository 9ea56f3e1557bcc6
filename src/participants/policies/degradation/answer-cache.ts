import { createHash } from 'node:crypto';
import type { Json } from '../../../saga/json.js';
import type { ParticipantCall } from '../../participant-call.js';

/** What tells one question from another. */
export type Question = Pick<ParticipantCall, 'method' | 'path' | 'body'> & {
  readonly participant: Pick<ParticipantCall['participant'], 'name'>;
};

/** An answer that was given before. */
export interface RememberedAnswer {
  readonly output: Json;
  readonly ageMs: number;
}

/** How much one process remembers, over all participants: 10,000 answers, 32 MiB. */
const BOUNDS = { entries: 10_000, bytes: 33_554_432 };
/** What an entry takes besides its text, roughly. */
const OVERHEAD = 256;

interface Entry {
  /** JSON: its size is known, and nobody can change it. */
  readonly text: string;
  readonly at: number;
}

/**
 * The last good answers to questions that were asked in the same words, for `cache_only`. What has not been used for the
 * longest time goes first. It is this process' own: what one has heard another may not know.
 */
export class AnswerCache {
  private readonly entries = new Map<string, Entry>();
  private held = 0;

  constructor(private readonly bounds: { readonly entries: number; readonly bytes: number } = BOUNDS) {}

  /** How much is remembered. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.entries.size, bytes: this.held };
  }

  /** Keeps an answer in the place of an earlier one. One that is larger than all the room there is is not kept. */
  remember(question: Question, output: Json, now: number): void {
    const key = keyOf(question);
    this.drop(key);
    const entry = { text: JSON.stringify(output), at: now };
    if (sizeOf(entry) > this.bounds.bytes) return;
    this.entries.set(key, entry);
    this.held += sizeOf(entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.bounds.entries && this.held <= this.bounds.bytes) return;
      this.drop(oldest);
    }
  }

  /** `null`: there is none, or it is older than `ttl` ms. */
  get(question: Question, ttl: number, now: number): RememberedAnswer | null {
    const key = keyOf(question);
    const entry = this.entries.get(key);
    if (!entry || now - entry.at > ttl) return null;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return { output: JSON.parse(entry.text) as Json, ageMs: Math.max(0, now - entry.at) };
  }

  private drop(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.held -= sizeOf(entry);
  }
}

/** A GET is sent without its body. */
function keyOf({ participant, method, path, body }: Question): string {
  return createHash('sha256')
    .update(`${participant.name}\n${method}\n${path}\n`)
    .update(method === 'GET' ? '' : body)
    .digest('base64');
}

/** In bytes; two for each character, as most of them may need. */
function sizeOf({ text }: Entry): number {
  return text.length * 2 + OVERHEAD;
}

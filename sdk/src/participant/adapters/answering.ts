import type { ParticipantRequest } from '../participant-options.js';
import type { Reply } from '../reply.js';

/** What a server needs of a participant. */
export interface Answering {
  /** Where handlers are registered. */
  readonly paths: readonly string[];
  readonly maxBodyBytes: number;
  /** Answers one call. Never rejects. */
  handle(request: ParticipantRequest): Promise<Reply>;
  /** Whether a request is for a participant at all. */
  isFor(request: Pick<ParticipantRequest, 'method' | 'path' | 'headers'>): boolean;
  /** The reply to a call that fails for our own reasons. */
  fault(error: unknown): Reply;
  /** The reply to a body of which no more was read than the bound. */
  tooLong(): Reply;
}

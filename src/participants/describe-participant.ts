import type { JsonObject } from '../saga/json.js';
import { formatDuration } from '../saga/durations.js';
import type { Participant } from './participant.js';
import { HIDDEN } from './signing.js';

/**
 * A participant as it may be shown: the document it was given as, with the time-outs that hold for it,
 * and without the secret. A reference such as `env:NAME` is not secret.
 */
export function describeParticipant(participant: Participant): JsonObject {
  const { name, timeout, signing, source } = participant;
  return {
    ...source,
    name,
    timeout: { connect: formatDuration(timeout.connect), total: formatDuration(timeout.total) },
    ...(signing && { signing: { secret: signing.secret.startsWith('env:') ? signing.secret : HIDDEN } }),
  };
}

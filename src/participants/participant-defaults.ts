import type { JsonObject } from '../saga/json.js';
import { Place, type Problem } from '../saga/problems.js';
import { degradation } from './degradation-readings.js';
import { namedFallbacks, type NamedFallback } from './fallbacks.js';
import { PARTICIPANT_NAME } from './participant.js';
import * as policies from './policy-readings.js';
import { isRecord, record, type Reading } from './readings.js';

/** What the resilience file says of every participant, of some by their names, and of answers that stand in. */
export interface ParticipantDefaults {
  /** Policies in the long form, for every participant that says nothing of its own. */
  readonly policies: JsonObject;
  /** Degradation in the long form, by the name of the participant. */
  readonly degradations: ReadonlyMap<string, JsonObject>;
  readonly fallbacks: ReadonlyMap<string, NamedFallback>;
}

/** A resilience file without short forms, or none at all. */
export const NO_DEFAULTS: ParticipantDefaults = { policies: {}, degradations: new Map(), fallbacks: new Map() };

/** A participant's document with what holds for it by default; its own policies win, one by one and as a whole. */
export function inherit(
  name: string,
  source: Readonly<Record<string, unknown>>,
  { policies, degradations }: ParticipantDefaults,
): Readonly<Record<string, unknown>> {
  const degradation = degradations.get(name);
  return { ...policies, ...(degradation && { degradation }), ...source };
}

/** Checks a part and keeps it as it was written: it is read again together with each participant. */
function asWritten(reading: Reading<unknown>): Reading<JsonObject> {
  return (value, place) => (reading(value, place) === undefined ? undefined : (value as JsonObject));
}

/** The policies that may be given to all participants at once. */
const shared = record({
  timeout: policies.timeout,
  retry: policies.retry,
  circuitBreaker: policies.circuitBreaker,
  rateLimit: policies.rateLimit,
  shaping: policies.shaping,
  bulkhead: policies.bulkhead,
  loadBalancing: policies.loadBalancing,
});

const degradationsByName: Reading<ReadonlyMap<string, JsonObject>> = (value, place) => {
  if (!isRecord(value)) return place.refuse('must be an object of policies by participant');
  const read = new Map<string, JsonObject>();
  for (const [name, source] of Object.entries(value)) {
    if (!PARTICIPANT_NAME.test(name)) place.at(name).refuse('is not the name of a participant');
    const written = asWritten(degradation)(source, place.at(name));
    if (written) read.set(name, written);
  }
  return read;
};

const document = record<ParticipantDefaults>({
  policies: asWritten(shared),
  degradations: degradationsByName,
  fallbacks: namedFallbacks,
});

/** Reads the defaults as they are stored; each of their parts may be absent. Never throws. */
export function parseDefaults(
  source: unknown,
): { readonly defaults: ParticipantDefaults } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = document(source, new Place(problems));
  return problems.length > 0 ? { problems } : { defaults: { ...NO_DEFAULTS, ...read } };
}

import type { JsonObject } from '../saga/json.js';
import { Place, type Problem } from '../saga/problems.js';
import { answerOverrides } from './answer-overrides.js';
import { degradation } from './degradation-readings.js';
import { endpoint } from './endpoint.js';
import {
  DEFAULT_LOAD_BALANCING,
  DEFAULT_MAX_RESPONSE_BYTES,
  DEFAULT_TIMEOUT,
  PARTICIPANT_NAME,
  type AnswerOverrides,
  type Participant,
} from './participant.js';
import * as policies from './policy-readings.js';
import { integer, isRecord, list, orOff, record, type Reading } from './readings.js';
import { inherit, NO_DEFAULTS, type ParticipantDefaults } from './participant-defaults.js';
import { signing } from './signing.js';

const LARGEST_RESPONSE = 64 * 1_048_576;

/** The document, read. Only `endpoints` is required. */
type Reads = { -readonly [K in keyof typeof fields]?: (typeof fields)[K] extends Reading<infer T> ? T : never };

const fields = {
  /** Compared with the name in the path, so that what was shown can be sent back as it is. */
  name: ((value) => value) satisfies Reading<unknown>,
  endpoints: list(endpoint, 1, 64),
  loadBalancing: policies.loadBalancing,
  timeout: policies.timeout,
  retry: policies.retry,
  compensationRetry: policies.compensationRetry,
  circuitBreaker: orOff(policies.circuitBreaker),
  rateLimit: orOff(policies.rateLimit),
  shaping: orOff(policies.shaping),
  bulkhead: orOff(policies.bulkhead),
  degradation: orOff(degradation),
  signing: orOff(signing),
  answers: answerOverrides satisfies Reading<Partial<AnswerOverrides>>,
  maxResponseBytes: integer(1, LARGEST_RESPONSE),
};

const document = record<Required<Reads>>(fields, 'endpoints') as Reading<Reads>;

/**
 * Reads a participant as it is given to `PUT /v1/participants/{name}` or under `participants:` in the resilience file.
 * Never throws: every problem is listed, with its place and how to mend it.
 * @param defaults what holds where the document says nothing of a policy; `null` in the document switches it off
 */
export function parseParticipant(
  name: string,
  source: unknown,
  defaults: ParticipantDefaults = NO_DEFAULTS,
): { readonly participant: Participant } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const place = new Place(problems);
  if (!PARTICIPANT_NAME.test(name)) {
    place.refuse(
      `the name ${JSON.stringify(name.slice(0, 80))} must be 1 to 63 letters, digits, - or _, a letter first`,
    );
  }
  const read = document(isRecord(source) ? inherit(name, source, defaults) : source, place);
  if (isRecord(source) && source['name'] !== undefined && source['name'] !== name) {
    place.at('name').refuse(`must be ${name}, the name that the participant is stored under, or left out`);
  }
  if (read?.endpoints?.length && read.endpoints.every(({ weight }) => weight === 0)) {
    place.at('endpoints').refuse('must have at least one entry with a weight above 0');
  }
  if (!read?.endpoints || problems.length > 0) return { problems };
  return { participant: participant(name, { ...read, endpoints: read.endpoints }, source as JsonObject) };
}

function participant(name: string, read: Reads & Pick<Participant, 'endpoints'>, source: JsonObject): Participant {
  const { budget: retryBudget = null, ...retry } = read.retry ?? {};
  return {
    name,
    endpoints: read.endpoints,
    loadBalancing: read.loadBalancing ?? DEFAULT_LOAD_BALANCING,
    timeout: read.timeout ?? DEFAULT_TIMEOUT,
    retry,
    retryBudget,
    compensationRetry: read.compensationRetry ?? {},
    circuitBreaker: read.circuitBreaker ?? null,
    rateLimit: read.rateLimit ?? null,
    shaping: read.shaping ?? null,
    bulkhead: read.bulkhead ?? null,
    degradation: read.degradation ?? null,
    signing: read.signing ?? null,
    answers: { action: read.answers?.action ?? {}, compensation: read.answers?.compensation ?? {} },
    maxResponseBytes: read.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
    source,
  };
}

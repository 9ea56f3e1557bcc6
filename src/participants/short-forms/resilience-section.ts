import type { JsonObject } from '../../saga/json.js';
import { suggestion } from '../../saga/nearest.js';
import { Place, type Problem } from '../../saga/problems.js';
import * as policies from '../policy-readings.js';
import { isRecord, record, type Reading } from '../readings.js';
import { longBreaker } from './circuit-breaker.js';
import type { DegradedServices } from './degraded-services.js';
import { inLongForm, inShortForm, type Spelling } from './spelling.js';
import { switched } from './switch.js';

/** A short form of one policy. */
interface ShortForm {
  /** What the long form calls it. */
  readonly policy: string;
  readonly reading: Reading<object>;
  readonly spelling: Spelling;
  /** What the short form means beyond its names. */
  readonly complete?: (long: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

const SHORT_FORMS: { readonly [name: string]: ShortForm } = {
  circuit_breaker: {
    policy: 'circuitBreaker',
    reading: policies.circuitBreaker,
    spelling: { failure_threshold: 'consecutiveFailures', failure_rate_threshold: 'failureThreshold' },
    complete: longBreaker,
  },
  rate_limiter: {
    policy: 'rateLimit',
    reading: policies.rateLimit,
    spelling: { max_requests_per_second: 'ratePerSecond', burst_limit: 'capacity' },
  },
  shaping: { policy: 'shaping', reading: policies.shaping, spelling: {} },
  bulkhead: { policy: 'bulkhead', reading: policies.bulkhead, spelling: {} },
  retry: { policy: 'retry', reading: policies.retry, spelling: {} },
  timeout: { policy: 'timeout', reading: policies.timeout, spelling: {} },
  load_balancing: { policy: 'loadBalancing', reading: policies.loadBalancing, spelling: {} },
};

const KNOWN = [...Object.keys(SHORT_FORMS), 'fallback', 'enabled'];

/** Reads `resilience`: services go to `services`, and what is returned are policies of all participants, in the long form. */
export function readResilience(section: unknown, services: DegradedServices, place: Place): JsonObject {
  const { isOn, fields } = switched(section, place);
  const read: Record<string, JsonObject> = {};
  for (const [name, inner] of Object.entries(fields)) {
    const form = Object.hasOwn(SHORT_FORMS, name) ? SHORT_FORMS[name] : undefined;
    if (form) {
      const policy = readPolicy(form, inner, place.at(name));
      if (policy && isOn) read[form.policy] = policy;
    } else if (name === 'fallback') {
      readServices(inner, services, isOn, place.at(name));
    } else {
      place.at(name).refuse(`unknown field${suggestion(name, KNOWN) || `; known are ${KNOWN.join(', ')}`}`);
    }
  }
  return read;
}

/** `fallback: { services: { <name>: { fallback_strategy } } }` */
function readServices(section: unknown, services: DegradedServices, isOn: boolean, place: Place): void {
  const found = switched(section, place);
  const byName = record<{ services?: unknown }>({ services: (value) => value })(found.fields, place)?.services ?? {};
  if (!isRecord(byName)) return place.at('services').refuse('must be an object of services by name');
  for (const [name, service] of Object.entries(byName)) {
    services.take(name, service, 'fallback_strategy', isOn && found.isOn, place.at('services').at(name));
  }
}

/** `null`: switched off. */
function readPolicy(
  { policy, reading, spelling, complete }: ShortForm,
  section: unknown,
  place: Place,
): JsonObject | null {
  // `timeout: 5` is the time of an attempt as a whole.
  const isTotal = policy === 'timeout' && (typeof section === 'string' || typeof section === 'number');
  const { isOn, fields } = switched(isTotal ? { total: section } : section, place);
  const written = inLongForm(fields, spelling, place);
  const long = complete?.(written) ?? written;
  const problems: Problem[] = [];
  reading(long, new Place(problems));
  for (const problem of problems) {
    const { pointer, detail } = inShortForm(problem, spelling);
    place.below(pointer).refuse(detail);
  }
  return isOn ? (long as JsonObject) : null;
}

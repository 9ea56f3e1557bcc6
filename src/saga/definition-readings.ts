import type { RetryPolicy } from './backoff.js';
import { DEFAULT_ANSWER_TTL, type Fallback, type HttpMethod, type Priority } from './definition.js';
import { MAX_DURATION } from './durations.js';
import { expressionIn } from './expression.js';
import type { Json } from './json.js';
import { isPointer } from './problems.js';
import { duration, isRecord, list, matching, number, oneOf, record, type Reading } from './readings.js';
import { MappingError, type Scope } from './template.js';
import { readTemplate, type CompiledTemplate } from './template-compiler.js';

export const definitionName = matching(
  /^[a-z][a-z0-9-]{0,62}$/,
  'lower-case letters, digits and hyphens, a letter first, 63 at most',
);
export const stepName = matching(
  /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/,
  'letters, digits, hyphens and underscores, a letter first, 63 at most',
);

/** A duration that is long enough to mean something. */
export const time = duration(1, MAX_DURATION);

/** The document was checked to be JSON before any of it is read. */
export const template: Reading<CompiledTemplate> = (value, place) => readTemplate(value as Json, place);

export const anyJson: Reading<Json> = (value) => value as Json;

export const condition: Reading<CompiledTemplate> = (value, place) =>
  typeof value === 'boolean' || (typeof value === 'string' && expressionIn(value) !== null)
    ? template(value, place)
    : place.refuse('must be an expression such as {% input.newsletter = true %}, or true or false');

const pointer: Reading<string> = (value, place) =>
  typeof value === 'string' && isPointer(value)
    ? value
    : place.refuse('must be a JSON pointer such as /card or, for every item of a list, /guests/*/passport');

/** To data that must not be shown. */
export const pointers = list(pointer, 0, 100);

export const priority: Reading<Priority> = oneOf('sheddable', 'normal', 'critical');

/** A target as it is written: what a template reads can only be judged once the order of the steps is known. */
export interface WrittenTarget {
  readonly method?: HttpMethod;
  readonly path: CompiledTemplate;
  readonly body?: CompiledTemplate;
}

export const path: Reading<CompiledTemplate> = (value, place) => {
  if (typeof value !== 'string') return place.refuse('must be a text that begins with a slash, or an expression');
  const source = expressionIn(value);
  if (source !== null) return withoutQuery(template(value, place), source);
  if (!value.startsWith('/') || value.startsWith('//')) {
    return place.refuse('must begin with one slash: the scheme and the host come from the participant');
  }
  if (value.includes('{%')) return place.refuse("must be one expression as a whole: {% '/orders/' & input.id %}");
  if (/[\s\p{Control}\\#]/u.test(value))
    return place.refuse('must not hold blanks, backslashes or #: percent-encode them');
  if (/\/(\.|%2e){1,2}(?=[/?]|%2f|%5c|$)/i.test(value)) return place.refuse('must not hold . or .. segments');
  return template(value, place);
};

/** Business data in a computed path must not add a query to it, unless the expression itself writes one. */
function withoutQuery(path: CompiledTemplate | undefined, source: string): CompiledTemplate | undefined {
  if (!path || /(['"])[^'"]*\?[^'"]*\1/.test(source)) return path;
  const check = (value: Json): Json => {
    if (typeof value !== 'string' || !value.includes('?')) return value;
    throw new MappingError(`the path ${value.slice(0, 80)} holds a question mark: use $encodeUrlComponent`);
  };
  return {
    ...path,
    evaluate(scope: Scope) {
      const value = path.evaluate(scope);
      return value instanceof Promise ? value.then(check) : check(value);
    },
  };
}

export const target = record<WrittenTarget>(
  { method: oneOf('POST', 'PUT', 'PATCH', 'DELETE', 'GET'), path, body: template },
  'path',
);

export const compensation: Reading<WrittenTarget | 'none'> = (value, place) =>
  value === 'none'
    ? 'none'
    : isRecord(value)
      ? target(value, place)
      : place.refuse('must be an object with a path, or none');

const attempts: Reading<number> = (value, place) => {
  if (value === 'unlimited') return Infinity;
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1_000
    ? (value as number)
    : place.refuse('must be a whole number from 1 to 1000, or unlimited');
};

const policy = record<Partial<RetryPolicy>>({
  maxAttempts: attempts,
  initialInterval: time,
  factor: number(1, 100),
  maxInterval: time,
  jitter: oneOf('full', 'equal', 'none'),
  maxElapsed: time,
});

export const retry: Reading<Partial<RetryPolicy>> = (value, place) => {
  const read = policy(value, place);
  if (
    read?.initialInterval !== undefined &&
    read.maxInterval !== undefined &&
    read.maxInterval < read.initialInterval
  ) {
    return place.at('maxInterval').refuse('must not be shorter than initialInterval');
  }
  return read;
};

const written = record<Fallback>({ strategy: stepName, response: anyJson, ttl: time }, 'strategy');

export const fallback: Reading<Fallback> = (value, place) => {
  const read = written(value, place);
  if (read?.strategy === undefined) return undefined;
  const hasResponse = read.response !== undefined;
  if (read.strategy === 'static_response' && !hasResponse) {
    return place.refuse('static_response needs a response: the value that stands in for the answer');
  }
  if (read.strategy !== 'static_response' && hasResponse) {
    return place.at('response').refuse('goes with static_response only: leave it out');
  }
  if (read.strategy === 'cache_only') return { ...read, ttl: read.ttl ?? DEFAULT_ANSWER_TTL };
  if (read.ttl !== undefined) return place.at('ttl').refuse('goes with cache_only only: leave it out');
  return read;
};

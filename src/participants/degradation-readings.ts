import * as definition from '../saga/definition-readings.js';
import { isStorable } from '../saga/document-bounds.js';
import type { Fallback } from '../saga/definition.js';
import type { Degradation, DegradationCondition } from './participant.js';
import { duration, isRecord, list, oneOf, record, type Reading } from './readings.js';

const DAY = 86_400_000;

/** What stands in for an answer, as a step of a definition says it. */
const fallback: Reading<Fallback> = (value, place) =>
  !isRecord(value)
    ? place.refuse('must be an object with strategy, response, ttl')
    : isStorable(value, place)
      ? definition.fallback(value, place)
      : undefined;

/**
 * `50%`, or 50. A share such as 0.5 is refused rather than taken for half a per cent: who writes it means half of all
 * as often as not.
 */
export const percent: Reading<number> = (value, place) => {
  const written = typeof value === 'string' ? /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(value)?.[1] : undefined;
  if (written === undefined && typeof value === 'number' && value > 0 && value < 1) {
    return place.refuse(
      `must be said in per cent: ${Number((value * 100).toPrecision(6))}% if that is meant, or ${value}%`,
    );
  }
  const read = written === undefined ? value : Number(written);
  return typeof read === 'number' && read > 0 && read <= 100
    ? read
    : place.refuse('must be above 0% and at most 100%, such as 50%');
};

const THRESHOLDS: { readonly [type in DegradationCondition['type']]: Reading<number> } = {
  latency: duration(1, DAY),
  error_rate: percent,
  availability: percent,
};

const type = oneOf('latency', 'error_rate', 'availability');
const written = record<{ readonly type: DegradationCondition['type']; readonly threshold: unknown }>(
  { type, threshold: (value) => value },
  'type',
  'threshold',
);

const condition: Reading<DegradationCondition> = (value, place) => {
  const read = written(value, place);
  if (read?.type === undefined || read.threshold === undefined) return undefined;
  const threshold = THRESHOLDS[read.type](read.threshold, place.at('threshold'));
  return threshold === undefined ? undefined : { type: read.type, threshold };
};

/** At most one of each type. */
const conditions: Reading<readonly DegradationCondition[]> = (value, place) => {
  const read = list(condition, 0, 3)(value, place);
  const types = (Array.isArray(value) ? value : []).map((item: unknown) => (isRecord(item) ? item['type'] : null));
  types.forEach((type, i) => {
    if (typeof type === 'string' && types.indexOf(type) < i)
      place.at(i).refuse(`there is a condition of ${type} above`);
  });
  return read;
};

/** What `degradation` holds in a participant's policy. */
export const degradation: Reading<Degradation> = (value, place) => {
  const read = record<Partial<Degradation>>({ fallback, conditions }, 'fallback')(value, place);
  return read?.fallback && { fallback: read.fallback, conditions: read.conditions ?? [] };
};

import type { Place } from '../../saga/problems.js';
import { percent } from '../degradation-readings.js';
import { duration, record, type Reading } from '../readings.js';
import { asDuration } from './spelling.js';
import { switched } from './switch.js';

const DAY = 86_400_000;

const autoHeal: Reading<object> = record({
  thresholds: record({ cpu: percent, memory: percent, error_rate: percent }),
  interval: (value, place) => duration(1_000, DAY)(asDuration(value), place),
});

/** Checks `auto_heal`, which has no effect in this release. Whether it is on. */
export function checkAutoHeal(section: unknown, place: Place): boolean {
  const { isOn, fields } = switched(section, place);
  autoHeal(fields, place);
  return isOn;
}

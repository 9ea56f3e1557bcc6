import { ValidateBy } from 'class-validator';
import { formatDuration, parseDuration } from '../saga/durations.js';

/** A day, ms: how long what was replaced goes on counting, unless somebody says otherwise. */
export const A_DAY = 86_400_000;
/** 90 days, ms. */
export const LONGEST_OVERLAP = 90 * A_DAY;

/** A text such as `15m`, from nothing to `longest` ms. */
export const IsDurationUpTo = (longest: number): PropertyDecorator =>
  ValidateBy({
    name: 'duration',
    validator: {
      validate: (text) => (parseDuration(text) ?? Infinity) <= longest,
      defaultMessage: () => `must be a duration from 0s to ${formatDuration(longest)}`,
    },
  });

/** ms. @param text one that was checked */
export function durationOf(text: string | undefined, usual: number): number {
  return text === undefined ? usual : parseDuration(text)!;
}

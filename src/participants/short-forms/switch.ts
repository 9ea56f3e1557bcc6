import type { Place } from '../../saga/problems.js';
import { isRecord } from '../readings.js';

/** A section without its `enabled`, which is true unless it says otherwise. */
interface Switched {
  readonly isOn: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads the switch of a section. One that is off has to be right all the same, so that it can
 * be switched on without surprises.
 */
export function switched(section: unknown, place: Place): Switched {
  if (section === undefined) return { isOn: true, fields: {} };
  if (!isRecord(section)) {
    place.refuse('must be an object; enabled: false switches it off');
    return { isOn: false, fields: {} };
  }
  const { enabled = true, ...fields } = section;
  if (typeof enabled !== 'boolean') place.at('enabled').refuse('must be true or false');
  return { isOn: enabled === true, fields };
}

import type { Policy } from '../../chain.js';
import { watched } from '../watched.js';
import type { Degrading } from './degradation.js';

/** Tells how calls end to the judge of whether the participant is degraded. Holds nothing back. */
export function degradationWatch(degrading: Degrading, clock: () => number): Policy {
  return (call, next) => watched(degrading, clock, call, next);
}

import type { DegradationCondition } from '../../participant.js';
import type { Counts } from '../sliding-window.js';

/** How much better than its threshold a measure has to be before a participant counts as well again: 20 %. */
const MARGIN = 0.2;

/** Whether these calls, at least one, are bad enough to degrade. */
export function isMet({ type, threshold }: DegradationCondition, counts: Counts): boolean {
  switch (type) {
    case 'latency':
      return latency(counts) > threshold;
    case 'error_rate':
      return errorRate(counts) >= threshold;
    case 'availability':
      return 100 - errorRate(counts) < threshold;
  }
}

/** Whether these calls, at least one, keep clear of the threshold. Between this and {@link isMet} nothing changes. */
export function isClear({ type, threshold }: DegradationCondition, counts: Counts): boolean {
  switch (type) {
    case 'latency':
      return latency(counts) <= threshold * (1 - MARGIN);
    case 'error_rate':
      return errorRate(counts) <= threshold * (1 - MARGIN);
    case 'availability':
      return 100 - errorRate(counts) >= threshold + (100 - threshold) * MARGIN;
  }
}

/** Mean time of a call, in ms. */
function latency({ duration, calls }: Counts): number {
  return duration / calls;
}

/** In per cent. */
function errorRate({ failures, calls }: Counts): number {
  return (failures * 100) / calls;
}

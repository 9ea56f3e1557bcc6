import type { Fact, FactType } from '../../saga/facts.js';
import type { WebhookFilter } from '../../store/webhooks/subscription.js';

/** Every type of fact that a filter may name. The compiler knows when one is missing. */
const FACT_TYPES: { readonly [type in FactType]: true } = {
  'saga-started': true,
  'step-entered': true,
  'step-skipped': true,
  'step-succeeded': true,
  'step-rejected': true,
  'attempt-failed': true,
  'step-failed': true,
  'step-in-doubt': true,
  'call-accepted': true,
  'saga-taken-over': true,
  'call-parked': true,
  'call-released': true,
  'signal-received': true,
  'child-requested': true,
  'turn-requested': true,
  'turn-overtaken': true,
  'turned-back': true,
  'step-compensated': true,
  'step-stuck': true,
  'deadline-passed': true,
  'order-taken': true,
  'retry-ordered': true,
  'step-rebound': true,
  'saga-paused': true,
  'saga-resumed': true,
  'saga-resolved': true,
  'saga-taken-up': true,
  'saga-prepared': true,
  'saga-completed': true,
  'saga-compensated': true,
  'saga-set-aside': true,
};

/** Words for several types at once. */
const GROUPS: { readonly [group: string]: readonly string[] } = {
  'saga.started': ['saga-started'],
  'saga.completed': ['saga-completed'],
  'saga.compensated': ['saga-compensated'],
  'saga.ended': ['saga-completed', 'saga-compensated', 'saga-resolved'],
  'saga.turned-back': ['turned-back'],
  'saga.stuck': ['step-stuck', 'saga-set-aside'],
  'saga.order': ['order-taken'],
  'step.ended': ['step-succeeded', 'step-skipped', 'step-rejected', 'step-failed', 'step-in-doubt', 'step-compensated'],
};

/** What may stand in the `types` of a filter. */
export const EVENT_TYPES: readonly string[] = [...Object.keys(GROUPS), ...Object.keys(FACT_TYPES)];

/** Whether a filter lets any event of this saga through. */
export function wantsSaga(
  { definitions, tags }: WebhookFilter,
  saga: { readonly definition: string; readonly tags: { readonly [name: string]: string } | null },
): boolean {
  if (definitions && !definitions.includes(saga.definition)) return false;
  return Object.entries(tags ?? {}).every(([name, value]) => saga.tags?.[name] === value);
}

/** Whether it lets an event with these facts through, given that it wants the saga. */
export function wantsFacts({ types }: WebhookFilter, facts: readonly Pick<Fact, 'type'>[]): boolean {
  if (!types) return true;
  const wanted = types.flatMap((type) => GROUPS[type] ?? type);
  return facts.some(({ type }) => wanted.includes(type));
}

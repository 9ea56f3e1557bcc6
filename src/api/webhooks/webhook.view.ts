import { eventId } from '../../engine/webhooks/cloud-event.js';
import type { WebhookSubscription } from '../../store/webhooks/subscription.js';
import type { DeliveryReading } from '../../store/webhooks/sync-state.js';
import type { DeliveryDto, WebhookDto } from './webhook.dto.js';

/** Field by field: the row that it is made from may hold secrets. */
export function viewOfWebhook(webhook: WebhookSubscription, failed: number): WebhookDto {
  const { id, name, url, filter, state, why, disabledAt, createdAt, updatedAt } = webhook;
  return {
    ...{ id, name, url, filter, state, why, failed },
    ...{ disabledAt: instant(disabledAt), createdAt: instant(createdAt)!, updatedAt: instant(updatedAt)! },
  };
}

export function viewOfDelivery(delivery: DeliveryReading): DeliveryDto {
  const { sagaId, seq, toSeq, status, attempts, nextAt, since, lastStatus, lastError } = delivery;
  return {
    ...{ id: eventId(sagaId, seq), saga: sagaId, seq, toSeq, status, attempts, nextAttemptAt: instant(nextAt) },
    ...{ since: instant(since)!, lastStatus, lastError },
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

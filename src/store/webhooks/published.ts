import type { Part } from '../flush-part.js';

/**
 * A common table expression beside one called `written`, which returns `saga_id` and `seq` of journal entries: they come
 * into the outbox of webhooks in the same transaction, if anybody wants events. Whether anybody does is asked of the
 * statement's own snapshot, so processes can't disagree about it: whoever subscribes gets every entry whose append
 * begins after the subscription is stored. While nobody does, the condition is looked at once per statement and no more.
 */
export const PUBLISHED = `published as (
    insert into skald.webhook_outbox (saga_id, seq)
    select saga_id, seq from written where (select exists (select from skald.webhook_subscriptions))
  )`;

export const published: Part = { letter: 'p', name: 'published', sql: () => PUBLISHED, values: () => [] };

import type { Published, StreamWish, WebhookOutbox } from '../../store/webhooks/outbox.js';
import type { WebhookReplays } from '../../store/webhooks/replays.js';
import type { SigningSubscription } from '../../store/webhooks/subscription.js';
import type { Receivers } from './receivers.js';
import { wantsFacts, wantsSaga } from './wanting.js';

/** Entries, or sagas of a replay, that are handed out in one transaction. */
const PAGE = 500;

/** Says of what has happened who is to be told. */
export class HandingOut {
  constructor(
    private readonly outbox: WebhookOutbox,
    private readonly replays: WebhookReplays,
    private readonly receivers: Receivers,
  ) {}

  /** @returns whether there may be more to do */
  async round(now: number): Promise<boolean> {
    if (this.receivers.all.length === 0) {
      await this.outbox.clear();
      return false;
    }
    const hasFiltersByType = this.receivers.all.some(({ filter }) => filter.types !== undefined);
    const taken = await this.outbox.handOut(PAGE, hasFiltersByType, async (entries) => {
      // Whoever subscribed a moment ago is to get these entries too.
      await this.receivers.refresh(now, 0);
      return streamsOf(entries, this.receivers.all);
    });
    const replayed = await this.replays.advance(PAGE, async (id, sagas) => {
      await this.receivers.refresh(now, 0);
      const filter = this.receivers.find(id)?.filter;
      return filter ? sagas.filter((saga) => wantsSaga(filter, saga)) : [];
    });
    return taken === PAGE || replayed;
  }
}

/** One wish for each saga and subscription, whatever number of its entries there is. */
export function streamsOf(
  entries: readonly Published[],
  subscriptions: readonly Pick<SigningSubscription, 'id' | 'filter'>[],
): StreamWish[] {
  const streams = new Map<string, StreamWish>();
  for (const { sagaId, seq, at, facts, ...saga } of entries) {
    for (const { id, filter } of subscriptions) {
      // Facts that were not read are looked at before they are sent.
      if (!wantsSaga(filter, saga) || (facts !== null && !wantsFacts(filter, facts))) continue;
      const key = `${sagaId} ${id}`;
      const known = streams.get(key);
      streams.set(key, {
        ...{ sagaId, subscriptionId: id },
        syncedTo: Math.min(known?.syncedTo ?? Infinity, seq - 1),
        lastSeq: Math.max(known?.lastSeq ?? 0, seq),
        at: Math.min(known?.at ?? Infinity, at),
      });
    }
  }
  return [...streams.values()];
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { SagaSync, WebhookSyncState } from '../../store/webhooks/sync-state.js';

/** How often the receivers of a saga are looked at while somebody waits for them, in ms. */
const POLL_INTERVAL = 50;

/** Waits until the receivers of a saga have what it has come to. */
export class SyncedReads {
  constructor(private readonly syncState: WebhookSyncState) {}

  /**
   * Settles when the active receivers have everything up to `seq`, nothing is left to wait for because the rest was given
   * up, or `timeout` ms are over.
   */
  async wait(sagaId: string, seq: number, timeout: number, hasGivenUp: () => boolean): Promise<SagaSync> {
    const until = performance.now() + timeout;
    for (;;) {
      const sync = await this.syncState.of(sagaId, seq);
      if (sync.pending.length === 0 || performance.now() >= until || hasGivenUp()) return sync;
      await sleep(POLL_INTERVAL);
    }
  }
}

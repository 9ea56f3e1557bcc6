import type { NoticeAnswer, Notices } from '../../participants/notices.js';
import type { Entry } from '../../saga/facts.js';
import { evolve, replay } from '../../saga/evolve.js';
import type { SagaState } from '../../saga/state.js';
import type { DatabaseClock } from '../../store/database-clock.js';
import type { Journal } from '../../store/journal.js';
import type { ClaimedStream, WebhookStreams } from '../../store/webhooks/streams.js';
import type { SigningSubscription } from '../../store/webhooks/subscription.js';
import type { CompiledDefinitions } from '../compiled-definitions.js';
import { crashPoint } from '../crash-points.js';
import { eventOf, type CloudEvent } from './cloud-event.js';
import { judgeDelivery, type DeliveryVerdict } from './verdict.js';
import { wantsFacts } from './wanting.js';
import type { WebhookOptions } from './webhook-options.js';

export const CLOUD_EVENT = 'application/cloudevents+json; charset=utf-8';

/** What came of one delivery. */
export interface Outcome {
  readonly subscription: SigningSubscription;
  readonly event: CloudEvent;
  readonly answer: NoticeAnswer;
  readonly verdict: DeliveryVerdict;
}

export interface CourierParts {
  readonly streams: WebhookStreams;
  readonly journal: Journal;
  readonly definitions: CompiledDefinitions;
  readonly notices: Notices;
  readonly clock: DatabaseClock;
  readonly options: WebhookOptions;
  /** Told of every delivery before anything else follows from it. `false`: this receiver is to get no more for now. */
  readonly onOutcome: (outcome: Outcome) => Promise<boolean>;
}

/** Takes the events of one saga to one receiver, one after the other: the next one when the one before has arrived. */
export class Courier {
  constructor(private readonly parts: CourierParts) {}

  /** Goes on until nothing is left, an event has to wait, or somebody else has moved the stream. */
  async deliver(claim: ClaimedStream, subscription: SigningSubscription, mayGoOn: () => boolean): Promise<void> {
    const { streams, options } = this.parts;
    const { sagaId, subscriptionId, lastSeq } = claim;
    const story = await this.tell(claim);
    let at = { sagaId, subscriptionId, syncedTo: claim.syncedTo };
    let { attempts, failingSince } = claim;
    for (const [i, { entry, then }] of story.entries()) {
      if (!wantsFacts(subscription.filter, entry.facts)) continue;
      if (!mayGoOn()) return streams.released(sagaId, subscriptionId);
      const event = eventOf(entry, then, story.at(-1)!.now);
      const outcome = await this.send(event, subscription, attempts + 1, failingSince);
      const { answer, verdict } = outcome;
      const isOpen = await this.parts.onOutcome(outcome);
      switch (verdict.kind) {
        case 'synced': {
          const next = story[i + 1]?.entry.at ?? null;
          const isMarked = await streams.synced(at, entry.seq, answer.status, next === null ? 0 : options.lease, next);
          // A replay has turned it back, or another process took it when we were slow: it is due again, from there.
          if (!isMarked || !isOpen) return streams.released(sagaId, subscriptionId);
          at = { ...at, syncedTo: entry.seq };
          [attempts, failingSince] = [0, null];
          break;
        }
        case 'later':
          if (!(await streams.postponed(at, answer.status, answer.error ?? '', verdict.delay))) {
            await streams.released(sagaId, subscriptionId);
          }
          return;
        case 'failed':
          await streams.failed(at, entry.seq, answer.status, answer.error ?? '', attempts + 1);
          return;
        case 'gone':
          return streams.released(sagaId, subscriptionId);
      }
    }
    // What the filter leaves out is settled without being sent.
    if (at.syncedTo < lastSeq && !(await streams.synced(at, lastSeq, null, 0, null))) {
      await streams.released(sagaId, subscriptionId);
    }
  }

  private async send(
    event: CloudEvent,
    subscription: SigningSubscription,
    attempts: number,
    failingSince: number | null,
  ): Promise<Outcome> {
    const { notices, clock, options } = this.parts;
    crashPoint('before-deliver');
    const answer = await notices.send({
      ...{ url: subscription.url, id: event.id, contentType: CLOUD_EVENT, body: JSON.stringify(event) },
      ...{ secrets: subscription.secrets, timeout: options.timeout },
    });
    crashPoint('after-deliver');
    const now = clock.now();
    const elapsed = failingSince === null ? 0 : Math.max(0, now - failingSince);
    const { giveUpAfter } = options;
    const verdict = judgeDelivery(answer, { attempts, elapsed, giveUpAfter, now, random: Math.random() });
    return { subscription, event, answer, verdict };
  }

  /** The entries that are to be told, each with the saga right after it and as it is now. None: the saga is not kept any more. */
  private async tell({ sagaId, syncedTo, lastSeq }: ClaimedStream): Promise<Chapter[]> {
    const stored = await this.parts.journal.read(sagaId);
    if (!stored) return [];
    const { entries, row } = stored;
    const definition = await this.parts.definitions.get(row.definition, row.version);
    let then = replay(sagaId, definition, entries.slice(0, Math.max(1, syncedTo)));
    const chapters = entries
      .filter(({ seq }) => seq > syncedTo)
      .map((entry) => {
        if (entry.seq > 1) then = evolve(then, entry);
        return { entry, then };
      });
    const now = then;
    return chapters.filter(({ entry }) => entry.seq <= lastSeq).map((chapter) => ({ ...chapter, now }));
  }
}

interface Chapter {
  readonly entry: Entry;
  readonly then: SagaState;
  readonly now: SagaState;
}

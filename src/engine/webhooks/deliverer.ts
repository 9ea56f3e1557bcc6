import type { WebhookUpkeep } from '../../store/webhooks/upkeep.js';
import type { ClaimedStream } from '../../store/webhooks/streams.js';
import type { SigningSubscription } from '../../store/webhooks/subscription.js';
import type { WebhookSubscriptions } from '../../store/webhooks/subscriptions.js';
import type { EngineLog } from '../engine-log.js';
import { Courier, type CourierParts, type Outcome } from './courier.js';
import { Gate } from './gate.js';
import type { HandingOut } from './handing-out.js';
import type { Receivers } from './receivers.js';
import { judgeReceiver } from './verdict.js';
import type { WebhookMetrics } from './webhook-metrics.js';

/** Deliveries under way at once in this process; they are shared out evenly, so that no receiver uses up another's. */
const MOST = 64;
const MOST_FOR_ONE = 16;

/** ms between two looks: at work, while there is nothing to do, and while nobody subscribes. */
const BUSY = 10;
const IDLE = 200;
const ALONE = 1_000;

/** ms that a stream is left alone which this release can't tell. */
const BREATHER = 30_000;

const UPKEEP_INTERVAL = 60_000;

export interface DelivererParts extends Omit<CourierParts, 'onOutcome'> {
  readonly subscriptions: WebhookSubscriptions;
  readonly receivers: Receivers;
  readonly handingOut: HandingOut;
  readonly upkeep: WebhookUpkeep;
  readonly metrics: WebhookMetrics;
  readonly log: EngineLog;
}

/** Hands out what has happened, and takes it to its receivers. Any number of processes do so together. */
export class Deliverer {
  private readonly courier: Courier;
  private readonly gates = new Map<string, Gate>();
  /** Streams under way, by subscription. */
  private readonly busy = new Map<string, Set<Promise<void>>>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = true;
  /** A delivery has ended since the last look began. */
  private hasRoom = false;
  private isFailing = false;
  private keptUpAt = -Infinity;

  constructor(private readonly parts: DelivererParts) {
    this.courier = new Courier({ ...parts, onOutcome: (outcome) => this.heed(outcome) });
  }

  start(): void {
    this.isStopped = false;
    this.schedule(0);
  }

  /** Begins nothing new; what is under way comes to its end. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
    await Promise.all([...this.busy.values()].flatMap((deliveries) => [...deliveries]));
  }

  private schedule(wait: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.hasRoom = false;
      this.running = this.round().then((next) => this.schedule(this.hasRoom ? BUSY : next));
    }, wait);
  }

  /** A delivery has ended: there may be others to begin. */
  private nudge(): void {
    this.hasRoom = true;
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.schedule(BUSY);
  }

  /** @returns ms until the next one */
  private async round(): Promise<number> {
    const { receivers, handingOut } = this.parts;
    try {
      const now = performance.now();
      await receivers.refresh(now);
      const hasMore = await handingOut.round(now);
      const taken = await this.take(now);
      await this.keepUp(now);
      this.isFailing = false;
      if (hasMore || taken > 0) return BUSY;
      // Jittered, so that processes started together do not all ask at once.
      return (receivers.all.length > 0 ? IDLE : ALONE) * (0.75 + Math.random() / 2);
    } catch (err) {
      if (!this.isFailing) this.parts.log.warn({ err }, 'webhooks could not be looked after; trying again');
      this.isFailing = true;
      return ALONE;
    }
  }

  private async take(now: number): Promise<number> {
    const { active } = this.parts.receivers;
    const limit = Math.max(1, Math.min(MOST_FOR_ONE, Math.floor(MOST / active.length)));
    const rooms = new Map(
      active
        .map(({ id }) => [id, this.gateOf(id).room(now, limit, this.busy.get(id)?.size ?? 0)] as const)
        .filter(([, room]) => room > 0),
    );
    if (rooms.size === 0 || this.isStopped) return 0;
    const claims = await this.parts.streams.claim(rooms, this.parts.options.lease);
    for (const claim of claims) this.begin(claim);
    return claims.length;
  }

  private begin(claim: ClaimedStream): void {
    const { subscriptionId: id } = claim;
    const deliveries = this.busy.get(id) ?? new Set();
    this.busy.set(id, deliveries);
    const delivery = this.deliver(claim).finally(() => {
      deliveries.delete(delivery);
      if (deliveries.size === 0) this.busy.delete(id);
      this.nudge();
    });
    deliveries.add(delivery);
  }

  private async deliver(claim: ClaimedStream): Promise<void> {
    const { receivers, streams, log } = this.parts;
    const { sagaId, subscriptionId } = claim;
    try {
      const mayGoOn = () => !this.isStopped && receivers.find(subscriptionId)?.state === 'active';
      const subscription = receivers.find(subscriptionId);
      if (subscription) await this.courier.deliver(claim, subscription, mayGoOn);
    } catch (err) {
      log.warn({ err, saga: sagaId }, 'the events of a saga could not be told; trying again');
      await streams.released(sagaId, subscriptionId, BREATHER).catch(() => undefined); // its lease runs out
    }
  }

  private async heed({ subscription, event, answer, verdict }: Outcome): Promise<boolean> {
    const { metrics, log, subscriptions, receivers } = this.parts;
    const now = performance.now();
    metrics.delivered(subscription.name, verdict);
    this.gateOf(subscription.id).heed(judgeReceiver(answer, Date.now()), now, Math.random());
    if (verdict.kind === 'failed') {
      const about = { webhook: subscription.name, event: event.id, status: answer.status, error: answer.error };
      log.warn(about, 'an event was given up: its receiver never took it');
    }
    if (verdict.kind === 'gone') await this.disable(subscription, subscriptions, receivers);
    return this.gateOf(subscription.id).room(now, 1, 0) > 0;
  }

  private async disable(
    { id, name }: SigningSubscription,
    subscriptions: WebhookSubscriptions,
    receivers: Receivers,
  ): Promise<void> {
    await subscriptions.disable(id, 'the receiver answered 410 Gone', { actor: 'webhooks' });
    receivers.forget();
    this.parts.log.warn({ webhook: name }, 'a receiver answered 410 Gone: it gets nothing until it is enabled again');
  }

  private gateOf(id: string): Gate {
    let gate = this.gates.get(id);
    if (!gate) this.gates.set(id, (gate = new Gate()));
    return gate;
  }

  private async keepUp(now: number): Promise<void> {
    if (now - this.keptUpAt < UPKEEP_INTERVAL) return;
    this.keptUpAt = now;
    const { upkeep, options, receivers, log } = this.parts;
    for (const id of this.gates.keys()) if (!receivers.find(id)) this.gates.delete(id);
    for (const { subscriptionId, events } of await upkeep.round(options.retention)) {
      const webhook = receivers.find(subscriptionId)?.name ?? subscriptionId;
      log.error({ webhook, events }, 'events were given up: they had waited for their receiver too long');
    }
  }
}

import type { Registry } from 'prom-client';
import type { Notices } from '../../participants/notices.js';
import type { Database } from '../../store/database.js';
import { Definitions } from '../../store/definitions.js';
import type { Journal } from '../../store/journal.js';
import { WebhookOutbox } from '../../store/webhooks/outbox.js';
import { WebhookReplays } from '../../store/webhooks/replays.js';
import { WebhookStreams } from '../../store/webhooks/streams.js';
import { WebhookSubscriptions } from '../../store/webhooks/subscriptions.js';
import { WebhookUpkeep } from '../../store/webhooks/upkeep.js';
import { CompiledDefinitions } from '../compiled-definitions.js';
import type { EngineLog } from '../engine-log.js';
import { Deliverer } from './deliverer.js';
import { HandingOut } from './handing-out.js';
import { Receivers } from './receivers.js';
import { WebhookMetrics } from './webhook-metrics.js';
import type { WebhookOptions } from './webhook-options.js';

export interface WebhookParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly notices: Notices;
  readonly options: WebhookOptions;
  readonly registry: Registry;
  readonly log: EngineLog;
}

/** Puts together who takes saga events to those who subscribe. */
export function buildDeliverer({ database, registry, ...parts }: WebhookParts): Deliverer {
  const streams = new WebhookStreams(database);
  const subscriptions = new WebhookSubscriptions(database);
  const receivers = new Receivers(subscriptions);
  const names = () => new Map(receivers.all.map(({ id, name }) => [id, name]));
  return new Deliverer({
    ...parts,
    ...{ streams, subscriptions, receivers, clock: database.clock },
    definitions: new CompiledDefinitions(new Definitions(database)),
    handingOut: new HandingOut(new WebhookOutbox(database), new WebhookReplays(database), receivers),
    upkeep: new WebhookUpkeep(database),
    metrics: new WebhookMetrics(registry, () => streams.lag(), names),
  });
}

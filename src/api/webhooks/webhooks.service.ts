import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { CLOUD_EVENT } from '../../engine/webhooks/courier.js';
import { pingOf } from '../../engine/webhooks/cloud-event.js';
import { isReceived } from '../../engine/webhooks/verdict.js';
import { Notices } from '../../participants/notices.js';
import { TargetGuard } from '../../participants/targets.js';
import { Audit } from '../../store/audit.js';
import { Database } from '../../store/database.js';
import { WebhookReplays } from '../../store/webhooks/replays.js';
import type { SigningSubscription, WebhookSubscription, WebhookWish } from '../../store/webhooks/subscription.js';
import { WebhookSubscriptions } from '../../store/webhooks/subscriptions.js';
import { WebhookSyncState } from '../../store/webhooks/sync-state.js';
import { actOf } from '../access/act.js';
import { A_DAY, durationOf } from '../duration.js';
import { invalid, Problem, type FieldProblem } from '../errors/problem.js';
import { limitOf, type ListPage, type Page } from '../page.dto.js';
import type {
  DeliveryDto,
  ListDeliveries,
  NewWebhookDto,
  PutWebhook,
  ReplayDto,
  ReplayWebhook,
  RotateSecret,
  WebhookDto,
  WebhookTrialDto,
} from './webhook.dto.js';
import { readFilter } from './webhook-filter.js';
import { viewOfDelivery, viewOfWebhook } from './webhook.view.js';

const LONGEST_URL = 2_048;
/** In ms; whoever tries a receiver out is waiting. */
const TRIAL_TIMEOUT = 10_000;

/** The webhooks resource: what the controller answers. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly subscriptions: WebhookSubscriptions,
    private readonly replays: WebhookReplays,
    private readonly syncState: WebhookSyncState,
    private readonly notices: Notices,
    private readonly guard: TargetGuard,
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  async create(body: PutWebhook, request: FastifyRequest): Promise<NewWebhookDto> {
    const secret = newSecret();
    const created = await this.subscriptions.create(uuidv7(), this.wishIn(body), secret, actOf(request));
    return { ...viewOfWebhook(created, 0), secret };
  }

  async replace(id: string, body: PutWebhook, request: FastifyRequest): Promise<WebhookDto> {
    return this.view(id, await this.subscriptions.replace(id, this.wishIn(body), actOf(request)));
  }

  async delete(id: string, request: FastifyRequest): Promise<void> {
    if (!(await this.subscriptions.delete(id, actOf(request)))) throw unknown(id);
  }

  async get(id: string): Promise<WebhookDto> {
    return this.view(id, await this.find(id));
  }

  async list(query: ListPage): Promise<Page<WebhookDto>> {
    const { items, nextCursor } = await this.subscriptions.list(limitOf(query), query.cursor);
    const failures = await this.syncState.failures(items.map(({ id }) => id));
    return { items: items.map((one) => viewOfWebhook(one, failures.get(one.id) ?? 0)), nextCursor };
  }

  async rotateSecret(id: string, { overlap }: RotateSecret, request: FastifyRequest): Promise<NewWebhookDto> {
    const secret = newSecret();
    const both = durationOf(overlap, A_DAY);
    const rotated = await this.subscriptions.rotate(id, secret, both, actOf(request));
    return { ...(await this.view(id, rotated)), secret };
  }

  async enable(id: string, request: FastifyRequest): Promise<WebhookDto> {
    return this.view(id, await this.subscriptions.enable(id, actOf(request)));
  }

  /** Sent from here, at once, also to one that is disabled. */
  async test(id: string, request: FastifyRequest): Promise<WebhookTrialDto> {
    const { name, url, secrets } = await this.find(id);
    const event = pingOf(name, uuidv7(), this.database.clock.now());
    const begun = performance.now();
    const answer = await this.notices.send({
      ...{ url, secrets, id: event.id, contentType: CLOUD_EVENT, body: JSON.stringify(event), timeout: TRIAL_TIMEOUT },
    });
    const latency = Math.round(performance.now() - begun);
    const { status, error } = answer;
    await this.audit.write({ ...actOf(request), action: 'webhook.test', target: name, after: { status, error } });
    return { delivered: isReceived(answer), status, error, latency };
  }

  async deliveries(id: string, query: ListDeliveries): Promise<Page<DeliveryDto>> {
    const { id: subscriptionId } = await this.find(id);
    const status = query.status ?? 'pending';
    const page = await this.syncState.deliveries(subscriptionId, status, limitOf(query), query.cursor);
    return { items: page.items.map(viewOfDelivery), nextCursor: page.nextCursor };
  }

  async replay(id: string, { from, to }: ReplayWebhook, request: FastifyRequest): Promise<ReplayDto> {
    const subscription = await this.find(id);
    const wish = { from: Date.parse(from), to: to === undefined ? null : Date.parse(to) };
    if (wish.to !== null && wish.to < wish.from) {
      throw invalid([{ pointer: '/to', detail: 'must not lie before from' }], 'invalid-replay');
    }
    const replay = uuidv7();
    await this.replays.request(replay, subscription, wish, actOf(request));
    return {
      id: replay,
      from: new Date(wish.from).toISOString(),
      to: wish.to && new Date(wish.to).toISOString(),
    } as ReplayDto;
  }

  private async find(id: string): Promise<SigningSubscription> {
    const found = await this.subscriptions.get(id);
    if (!found) throw unknown(id);
    return found;
  }

  private async view(id: string, webhook: WebhookSubscription | null): Promise<WebhookDto> {
    if (!webhook) throw unknown(id);
    const failures = await this.syncState.failures([webhook.id]);
    return viewOfWebhook(webhook, failures.get(webhook.id) ?? 0);
  }

  private wishIn({ name, url, filter: sent }: PutWebhook): WebhookWish {
    const read = readFilter(sent);
    const problem = urlProblem(url);
    const problems: FieldProblem[] = [
      ...(problem === null ? [] : [{ pointer: '/url', detail: problem }]),
      ...('problems' in read ? read.problems : []),
    ];
    if (problems.length > 0 || 'problems' in read) throw invalid(problems, 'invalid-webhook');
    const refusal = this.guard.check(url);
    if (refusal !== null) throw invalid([{ pointer: '/url', detail: refusal }], 'target-refused');
    return { name, url: new URL(url).href, filter: read.filter };
  }
}

function urlProblem(text: string): string | null {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : null;
  if (!url) return 'must be a URL such as https://orders.example/saga-events';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'must begin with http:// or https://';
  if (url.username || url.password) return 'must not hold credentials; events are signed instead';
  return url.hash ? 'must not have a fragment' : null;
}

/** 32 random bytes, as Standard Webhooks writes them. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

function unknown(id: string): Problem {
  return new Problem(404, 'unknown-webhook', 'No such webhook', `there is no webhook ${JSON.stringify(id)}`);
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DryRun } from '../../engine/bulk/dry-run.js';
import { IdempotencyKeyReused } from '../../engine/engine-errors.js';
import { canonicalJson } from '../../saga/canonical-json.js';
import type { Json, JsonObject } from '../../saga/json.js';
import type { SagaOrder } from '../../saga/order.js';
import { isRecord } from '../../saga/readings.js';
import { Audit } from '../../store/audit.js';
import { BulkItems } from '../../store/bulk-items.js';
import type { BulkStatus } from '../../store/bulk-operation.js';
import { BulkOperations, type BulkKey } from '../../store/bulk-operations.js';
import type { SagaFilter } from '../../store/saga-conditions.js';
import { invalidRequest } from '../body.pipe.js';
import { Problem } from '../errors/problem.js';
import { checkIdempotencyKey } from '../idempotency-key.js';
import { limitOf, type ListPage, type Page } from '../page.dto.js';
import { selectionIn } from '../sagas/select-sagas.dto.js';
import { orderIn } from './bulk-orders.js';
import type { ListItems, StartBulk } from './bulk.dto.js';
import type { BulkDto, BulkItemDto, ForecastDto } from './bulk-view.dto.js';
import { viewOfBulk, viewOfItem } from './bulk.view.js';

/** Who asks, and in which request. */
export interface Asker {
  readonly actor: string;
  readonly requestId: string;
}

/** What an operator may do to an operation: where it leads, and from where. */
export const TURNS = {
  pause: { to: 'paused', from: ['running'] },
  resume: { to: 'running', from: ['paused'] },
  cancel: { to: 'cancelled', from: ['running', 'paused'] },
} as const satisfies Record<string, { to: BulkStatus; from: readonly BulkStatus[] }>;

/** Bulk operations: what the controller answers. */
@Injectable()
export class Bulk {
  constructor(
    private readonly operations: BulkOperations,
    private readonly items: BulkItems,
    private readonly dryRun: DryRun,
    private readonly audit: Audit,
  ) {}

  async forecast(body: StartBulk, { actor, requestId }: Asker): Promise<ForecastDto> {
    const { action, filter, reason } = body;
    const order = orderIn(action, body.params);
    const { verb: _, ...params } = order;
    const forecast = await this.dryRun.forecast(selectedBy(filter), order, reason);
    const after = { filter: filter as JsonObject, action, params: shownParams(order), selected: forecast.count };
    await this.audit.write({ actor, action: 'bulk.dry-run', reason, after, requestId });
    const { count, groups, sample, judged, refusals } = forecast;
    return {
      ...{ dryRun: true, filter, action, params, count, judged },
      ...{ groups: [...groups], sample: [...sample], refusals: [...refusals] },
    };
  }

  async start(
    body: StartBulk,
    { actor, requestId }: Asker,
    key: string | undefined,
  ): Promise<{ operation: BulkDto; isReplay: boolean }> {
    const { action, filter, reason, canary = 5, ratePerSecond = 50, stopOnFailureRatio = 0.1 } = body;
    const order = orderIn(action, body.params);
    const { verb: _, ...params } = order;
    const request = {
      ...{ action, reason, canary, ratePerSecond, stopOnFailureRatio, requestId, by: actor },
      filter: filter as JsonObject,
      params: params as JsonObject,
      shownParams: shownParams(order),
    };
    const started = await this.operations.start(
      request,
      selectedBy(filter),
      key === undefined ? null : bulkKey(key, body),
    );
    if (started.outcome === 'other-request') {
      throw new IdempotencyKeyReused('this Idempotency-Key was used for another operation: take a new one');
    }
    return { operation: viewOfBulk(started.operation), isReplay: started.outcome === 'replayed' };
  }

  async get(id: string): Promise<BulkDto> {
    const operation = await this.operations.find(id);
    if (!operation) throw unknownBulk(id);
    return viewOfBulk(operation);
  }

  async list(query: ListPage): Promise<Page<BulkDto>> {
    const { items, nextCursor } = await this.operations.list(limitOf(query), query.cursor);
    return { items: items.map(viewOfBulk), nextCursor };
  }

  async listItems(id: string, query: ListItems): Promise<Page<BulkItemDto>> {
    await this.get(id);
    const { items, nextCursor } = await this.items.list(id, query.outcome ?? null, limitOf(query), query.cursor);
    return { items: items.map(viewOfItem), nextCursor };
  }

  /** An operation that is where the turn leads is left as it is. */
  async turn(id: string, verb: keyof typeof TURNS, reason: string, { actor, requestId }: Asker): Promise<BulkDto> {
    const { to, from } = TURNS[verb];
    const known = await this.get(id);
    if (known.status === to) return known;
    const audit = { actor, action: `bulk.${verb}`, reason, requestId };
    const turned = await this.operations.turn(known.id, { to, from, audit });
    if (turned) return viewOfBulk(turned);
    const { status } = await this.get(id);
    if (status === to) return this.get(id);
    const detail = `the operation is ${status}: ${verb} is for one that is ${from.join(' or ')}`;
    throw new Problem(409, 'bulk-not-open', 'Not possible as the operation is now', detail);
  }
}

function selectedBy(filter: unknown): SagaFilter {
  if (isRecord(filter) && Object.keys(filter).length === 1 && filter['all'] === true) return {};
  if (isRecord(filter) && Object.keys(filter).length === 0) {
    const detail = 'an empty filter meets every saga: if you mean that, say {"all": true}';
    throw invalidRequest([{ pointer: '/filter', detail }]);
  }
  return selectionIn(filter);
}

/** For the audit trail: bodies and outputs are the journals', they may hold what nobody should read there. */
function shownParams(order: SagaOrder): JsonObject {
  const { verb: _, ...params } = order as SagaOrder & { readonly body?: Json; readonly output?: Json };
  return {
    ...(params as unknown as JsonObject),
    ...(params.body !== undefined && { body: 'given' }),
    ...(params.output !== undefined && { output: 'given' }),
  };
}

function bulkKey(key: string, body: StartBulk): BulkKey {
  const request = canonicalJson(JSON.parse(JSON.stringify(body)) as Json);
  return { key: sha256(checkIdempotencyKey(key)), request: sha256(request) };
}

function unknownBulk(id: string): Problem {
  return new Problem(404, 'unknown-bulk', 'No such operation', `${JSON.stringify(id)} is not the id of an operation`);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

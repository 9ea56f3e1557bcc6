import { Injectable } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import type { Delivery } from '../../engine/messages.js';
import { canonicalJson } from '../../saga/canonical-json.js';
import type { Json } from '../../saga/json.js';
import { check, invalidRequest } from '../body.pipe.js';
import { asProblem, refusedBy } from '../errors/as-problem.js';
import { bodyOf } from '../errors/problem.js';
import { checkIdempotencyKey } from '../idempotency-key.js';
import { limitOf, type Page } from '../page.dto.js';
import { filterOf, type ListSagas } from './list-sagas.dto.js';
import { preferredWait } from './prefer.js';
import type { SagaDto } from './saga.dto.js';
import { viewOfSaga } from './saga.view.js';
import type { Sight } from './sight.js';
import { StartSaga } from './start-saga.dto.js';

const MAX_BATCH = 1_000;

export interface StartAnswer {
  readonly status: 200 | 202;
  readonly headers: { readonly [name: string]: string };
  readonly saga: SagaDto;
}

/** The sagas resource: what the controller answers. */
@Injectable()
export class Sagas {
  constructor(private readonly engine: Engine) {}

  async start(
    start: StartSaga,
    { sight, key, prefer, closed }: { sight: Sight; key?: string; prefer?: string; closed?: () => AbortSignal },
  ): Promise<StartAnswer> {
    const wait = preferredWait(prefer);
    const { state, isReplay } = await this.engine.startSaga(requestOf(start, key));
    const headers: Record<string, string> = { location: `/v1/sagas/${state.id}` };
    if (isReplay) headers['idempotency-replayed'] = 'true';
    if (wait === null) return { status: 202, headers, saga: viewOfSaga(state, undefined, sight) };

    headers['preference-applied'] = `wait=${wait}`;
    await this.engine.waitForEnd(state.id, wait * 1_000, closed?.());
    const saga = await this.get(state.id, sight);
    return { status: saga.finishedAt === null ? 202 : 200, headers, saga };
  }

  async startBatch(batch: unknown, sight: Sight): Promise<{ items: object[] }> {
    const items = Array.isArray(batch) ? batch : (batch as { items?: unknown } | null)?.items;
    if (!Array.isArray(items)) {
      throw invalidRequest([{ pointer: '/items', detail: 'must be a list of starts' }]);
    }
    if (items.length > MAX_BATCH) {
      throw invalidRequest([{ pointer: '/items', detail: `must be at most ${MAX_BATCH} starts` }]);
    }
    return { items: await Promise.all(items.map((item) => this.startItem(item, sight))) };
  }

  async get(id: string, sight: Sight): Promise<SagaDto> {
    const { state, row } = await this.engine.find(id);
    return viewOfSaga(state, row, sight);
  }

  async list(query: ListSagas, raw: Record<string, unknown>, sight: Sight): Promise<Page<SagaDto>> {
    const page = await this.engine.list(filterOf(query, raw), limitOf(query), query.cursor);
    return { items: page.items.map(({ state, row }) => viewOfSaga(state, row, sight)), nextCursor: page.nextCursor };
  }

  async signal(id: string, signal: string, payload: Json, sight: Sight): Promise<SagaDto> {
    return viewOf(await this.engine.signal(id, signal, payload, 'api'), sight);
  }

  private async startItem(item: unknown, sight: Sight): Promise<object> {
    const isObject = typeof item === 'object' && item !== null && !Array.isArray(item);
    const { idempotencyKey, ...rest } = (isObject ? item : {}) as { idempotencyKey?: unknown };
    try {
      const checked = check(StartSaga, isObject ? rest : item);
      if ('problems' in checked) throw invalidRequest(checked.problems);
      if (idempotencyKey !== undefined && typeof idempotencyKey !== 'string') {
        throw invalidRequest([{ pointer: '/idempotencyKey', detail: 'must be a text' }]);
      }
      const { status, saga, headers } = await this.start(checked.value, { sight, key: idempotencyKey });
      return { status, replayed: 'idempotency-replayed' in headers, saga };
    } catch (err) {
      const problem = asProblem(err);
      if (!problem) throw err;
      const { retryAfter } = problem.more;
      return { status: problem.status, problem: bodyOf(problem), ...(retryAfter !== undefined && { retryAfter }) };
    }
  }
}

function viewOf({ state, refused }: Delivery, sight: Sight): SagaDto {
  if (refused) throw refusedBy(refused);
  return viewOfSaga(state, undefined, sight);
}

function requestOf(start: StartSaga, key: string | undefined): Parameters<Engine['startSaga']>[0] {
  const request = { ...start, input: start.input ?? {} };
  if (key === undefined) return request;
  return { ...request, idempotency: { key: checkIdempotencyKey(key), request: canonicalJson(request) } };
}

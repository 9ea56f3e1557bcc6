import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiNoContentResponse, ApiOkResponse, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Json } from '../../saga/json.js';
import { Access } from '../access/access.js';
import { ANY_JSON, ApiIdempotencyKey, ApiIfMatch, ApiPage, ApiPreferWait } from '../docs/described.js';
import { headerOf } from '../header.js';
import type { Page } from '../page.dto.js';
import { BATCH, BATCH_RESULTS } from './batch.dto.js';
import { CancelSaga } from './messages.dto.js';
import { ReadSaga } from '../webhooks/consistency.dto.js';
import { SyncedSagas } from '../webhooks/synced-sagas.js';
import { SagaDto } from './saga.dto.js';
import { SagaEvents } from './saga-events.js';
import { SagaOrders } from './saga-orders.js';
import { ListSagas } from './list-sagas.dto.js';
import { SagaId } from './saga-id.pipe.js';
import { Sagas } from './sagas.service.js';
import { sightOf } from './sight.js';
import { StartSaga } from './start-saga.dto.js';

@Controller('v1/sagas')
export class SagasController {
  constructor(
    private readonly sagas: Sagas,
    private readonly events: SagaEvents,
    private readonly synced: SyncedSagas,
    private readonly orders: SagaOrders,
  ) {}

  /** Start a saga. It is durable when this answers; `Prefer: wait=10` waits up to that many seconds for its end. */
  @Post()
  @Access('submitter')
  @HttpCode(202)
  @ApiIdempotencyKey()
  @ApiPreferWait()
  @ApiAcceptedResponse({ type: SagaDto })
  @ApiOkResponse({ type: SagaDto, description: 'It has ended (only with `Prefer: wait`)' })
  async start(
    @Body() start: StartSaga,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaDto> {
    const answer = await this.sagas.start(start, {
      sight: sightOf(request),
      key: headerOf(request, 'idempotency-key'),
      prefer: headerOf(request, 'prefer'),
      closed: () => closedSignal(request),
    });
    void reply.status(answer.status).headers(answer.headers);
    return answer.saga;
  }

  /** Start up to 1,000 sagas in one call; one result per item, in order. */
  @Post('batch')
  @Access('submitter')
  @HttpCode(200)
  @ApiBody({ schema: BATCH })
  @ApiOkResponse({ schema: BATCH_RESULTS })
  startBatch(@Body() batch: unknown, @Req() request: FastifyRequest): Promise<{ items: object[] }> {
    return this.sagas.startBatch(batch, sightOf(request));
  }

  /** Find sagas, newest first. */
  @Get()
  @Access('viewer')
  @ApiPage(SagaDto)
  list(@Query() query: ListSagas, @Req() request: FastifyRequest): Promise<Page<SagaDto>> {
    return this.sagas.list(query, request.query as Record<string, unknown>, sightOf(request));
  }

  /** With `consistency=synced` it answers when all webhooks that want its events have what it has come to. */
  @Get(':id')
  @Access('viewer')
  async get(
    @Param('id', SagaId) id: string,
    @Query() query: ReadSaga,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaDto> {
    const saga = await this.sagas.get(id, sightOf(request));
    void reply.header('etag', `"${saga.seq}"`);
    return this.synced.wait(saga, query, reply);
  }

  /** The journal; with `Accept: text/event-stream` it stays open and goes on, and resumes by `Last-Event-ID`. */
  @Get(':id/events')
  @Access('viewer')
  @ApiQuery({ name: 'after', required: false, description: 'Entries after this seq', schema: { type: 'integer' } })
  @ApiPage('object', 'text/event-stream')
  @ApiNoContentResponse({ description: 'It has ended, and there is nothing after that entry: do not come back' })
  async getEvents(
    @Param('id', SagaId) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('after') after?: string,
  ): Promise<void> {
    await this.events.answer(id, after, request, reply);
  }

  /** Compensate what was done. Not possible after the pivot. */
  @Post(':id/cancel')
  @Access('submitter')
  @HttpCode(202)
  @ApiIdempotencyKey()
  @ApiIfMatch()
  cancel(
    @Param('id', SagaId) id: string,
    @Body() { reason }: CancelSaga,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'cancel' }, reason, request, reply);
  }

  /** Send a signal with any JSON; kept if the saga does not wait for it yet. */
  @Post(':id/signals/:signal')
  @Access('submitter')
  @HttpCode(202)
  @ApiBody({ required: false, schema: ANY_JSON })
  signal(
    @Param('id', SagaId) id: string,
    @Param('signal') signal: string,
    @Body() payload: unknown,
    @Req() request: FastifyRequest,
  ): Promise<SagaDto> {
    return this.sagas.signal(id, signal, (payload ?? null) as Json, sightOf(request));
  }
}

function closedSignal(request: FastifyRequest): AbortSignal {
  const closed = new AbortController();
  request.raw.once('close', () => closed.abort());
  return closed.signal;
}

import { applyDecorators, Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiExtraModels, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { callerOf } from '../access/caller.js';
import { OrderSaga } from '../admin/orders.dto.js';
import { ApiIdempotencyKey, ApiPage } from '../docs/described.js';
import { headerOf } from '../header.js';
import { ListPage, type Page } from '../page.dto.js';
import { SelectSagas } from '../sagas/select-sagas.dto.js';
import { AllSagas, ListItems, StartBulk } from './bulk.dto.js';
import { BulkDto, BulkItemDto, ForecastDto } from './bulk-view.dto.js';
import { Bulk, type Asker } from './bulk.service.js';

/** An order to an operation, answered with the operation as it is after it. */
const Turn = (verb: string): MethodDecorator =>
  applyDecorators(Post(`:id/${verb}`), Access('operator'), HttpCode(200), ApiOkResponse({ type: BulkDto }));

@Controller('v1/admin/bulk')
@ApiExtraModels(SelectSagas, AllSagas)
export class BulkController {
  constructor(private readonly bulk: Bulk) {}

  /** Give one order to all sagas that meet a filter now: some first, at a rate, and only as long as it helps. */
  @Post()
  @Access('operator')
  @HttpCode(202)
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: BulkDto })
  @ApiOkResponse({ type: ForecastDto, description: 'What it would be about (only with `dryRun`)' })
  async start(
    @Body() body: StartBulk,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkDto | ForecastDto> {
    if (body.dryRun) {
      void reply.status(200);
      return this.bulk.forecast(body, askerOf(request));
    }
    const { operation, isReplay } = await this.bulk.start(body, askerOf(request), headerOf(request, 'idempotency-key'));
    void reply.header('location', `/v1/admin/bulk/${operation.id}`);
    if (isReplay) void reply.header('idempotency-replayed', 'true');
    return operation;
  }

  /** All operations, newest first. */
  @Get()
  @Access('operator')
  @ApiPage(BulkDto)
  list(@Query() query: ListPage): Promise<Page<BulkDto>> {
    return this.bulk.list(query);
  }

  /** How far an operation has come. */
  @Get(':id')
  @Access('operator')
  get(@Param('id') id: string): Promise<BulkDto> {
    return this.bulk.get(id);
  }

  /** Its sagas and what came of each, the oldest first. */
  @Get(':id/items')
  @Access('operator')
  @ApiPage(BulkItemDto)
  items(@Param('id') id: string, @Query() query: ListItems): Promise<Page<BulkItemDto>> {
    return this.bulk.listItems(id, query);
  }

  /** Give no more orders until it is resumed. Outcomes of those that were given are still awaited. */
  @Turn('pause')
  pause(@Param('id') id: string, @Body() { reason }: OrderSaga, @Req() request: FastifyRequest): Promise<BulkDto> {
    return this.bulk.turn(id, 'pause', reason, askerOf(request));
  }

  /** Go on after a pause. */
  @Turn('resume')
  resume(@Param('id') id: string, @Body() { reason }: OrderSaga, @Req() request: FastifyRequest): Promise<BulkDto> {
    return this.bulk.turn(id, 'resume', reason, askerOf(request));
  }

  /** End it; what was ordered stays ordered, and its outcomes are still awaited. */
  @Turn('cancel')
  cancel(@Param('id') id: string, @Body() { reason }: OrderSaga, @Req() request: FastifyRequest): Promise<BulkDto> {
    return this.bulk.turn(id, 'cancel', reason, askerOf(request));
  }
}

function askerOf(request: FastifyRequest): Asker {
  return { actor: callerOf(request).actor, requestId: request.id };
}

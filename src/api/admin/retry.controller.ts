import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { ApiIdempotencyKey, ApiIfMatch } from '../docs/described.js';
import { SagaDto } from '../sagas/saga.dto.js';
import { SagaId } from '../sagas/saga-id.pipe.js';
import { RetrySaga } from './retry.dto.js';
import { SagaOrders } from './saga-orders.js';

@Controller('v1/admin/sagas/:id/retry')
export class RetryController {
  constructor(private readonly orders: SagaOrders) {}

  /** Try now what is stuck, waits for its next attempt, or is held back; back-off and limits begin anew. */
  @Post()
  @Access('operator')
  @HttpCode(200)
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiOkResponse({ type: SagaDto })
  retry(
    @Param('id', SagaId) id: string,
    @Body() body: RetrySaga,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'retry' }, body, request, reply);
  }
}

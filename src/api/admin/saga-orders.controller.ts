import { applyDecorators, Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { ApiIdempotencyKey, ApiIfMatch } from '../docs/described.js';
import { SagaDto } from '../sagas/saga.dto.js';
import { SagaId } from '../sagas/saga-id.pipe.js';
import { SagaOrders } from '../sagas/saga-orders.js';
import { OrderSaga, RebindStep, ResolveSaga, SkipStep } from './orders.dto.js';

type Request = FastifyRequest;
type Reply = FastifyReply;

/** One verb: an order to a saga, answered with the saga as it is after it. */
const Verb = (verb: string): MethodDecorator =>
  applyDecorators(
    Post(verb),
    Access('operator'),
    HttpCode(200),
    ApiIdempotencyKey(),
    ApiIfMatch(),
    ApiOkResponse({ type: SagaDto }),
  );

@Controller('v1/admin/sagas/:id')
export class SagaOrdersController {
  constructor(private readonly orders: SagaOrders) {}

  /** Try now what is stuck, waits for its next attempt, or is held back; back-off and limits begin anew. */
  @Verb('retry')
  retry(
    @Param('id', SagaId) id: string,
    @Body() { reason }: OrderSaga,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'retry' }, reason, request, reply);
  }

  /** Treat a step that is under way or stuck as done, or as undone when the saga compensates. */
  @Verb('skip')
  skip(
    @Param('id', SagaId) id: string,
    @Body() { reason, ...what }: SkipStep,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'skip', ...what }, reason, request, reply);
  }

  /** Turn back from here. Settles a pivot that is stuck as one that took no effect. */
  @Verb('compensate')
  compensate(
    @Param('id', SagaId) id: string,
    @Body() { reason }: OrderSaga,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'compensate' }, reason, request, reply);
  }

  /** Settled by hand, outside the system: ends a saga that is stuck or paused without another call. */
  @Verb('resolve')
  resolve(
    @Param('id', SagaId) id: string,
    @Body() { reason, outcome }: ResolveSaga,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'resolve', outcome }, reason, request, reply);
  }

  /** Issue no calls until the saga is resumed; what is in flight comes to its end and is recorded. */
  @Verb('pause')
  pause(
    @Param('id', SagaId) id: string,
    @Body() { reason }: OrderSaga,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'pause' }, reason, request, reply);
  }

  /** Go on after a pause. */
  @Verb('resume')
  resume(
    @Param('id', SagaId) id: string,
    @Body() { reason }: OrderSaga,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'resume' }, reason, request, reply);
  }

  /** Mend a wrong target or body of a step for this saga; if it is stuck or waits for its next attempt, it is tried at once. */
  @Verb('rebind')
  rebind(
    @Param('id', SagaId) id: string,
    @Body() { reason, ...what }: RebindStep,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SagaDto> {
    return this.orders.give(id, { verb: 'rebind', ...what }, reason, request, reply);
  }
}

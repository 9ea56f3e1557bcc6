import { Body, Controller, Get, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { actOf } from '../access/act.js';
import type { BoardDto, BoardItemDto } from './board.dto.js';
import { OrderBreaker } from './order-breaker.dto.js';
import { ParticipantsBoard } from './participants-board.service.js';

@Controller('v1/admin/participants')
export class ParticipantsBoardController {
  constructor(private readonly board: ParticipantsBoard) {}

  /** How all participants fare: breakers, limits, calls in flight and endpoints, per process and together. */
  @Get()
  @Access('operator')
  show(): Promise<BoardDto> {
    return this.board.show();
  }

  /**
   * Force a breaker open or closed, or let it decide by itself again. In force in every process within two seconds, until
   * it is taken back.
   */
  @Put(':name/breaker')
  @Access('operator')
  order(
    @Param('name') name: string,
    @Body() { state, reason }: OrderBreaker,
    @Req() request: FastifyRequest,
  ): Promise<BoardItemDto> {
    return this.board.order(name, state, reason, actOf(request));
  }
}

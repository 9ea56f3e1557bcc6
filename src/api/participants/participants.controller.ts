import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { JsonObject } from '../../saga/json.js';
import { Access } from '../access/access.js';
import { actOf } from '../access/act.js';
import { ApiPage, ApiReason } from '../docs/described.js';
import { ListPage, type Page } from '../page.dto.js';
import { ParticipantStore } from './participants.service.js';

@Controller('v1/participants')
export class ParticipantsController {
  constructor(private readonly participants: ParticipantStore) {}

  /** Store a participant: its endpoints and its policy. In force in every process within two seconds. */
  @Put(':name')
  @Access('admin')
  @ApiReason()
  @ApiBody({ schema: { type: 'object', description: 'Endpoints and policy, see docs/reference/participants.md' } })
  @ApiOkResponse({ schema: { type: 'object' } })
  @ApiCreatedResponse({ schema: { type: 'object' }, description: 'It is new' })
  async put(
    @Param('name') name: string,
    @Body() document: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JsonObject> {
    const { participant, isNew } = await this.participants.put(name, document, actOf(request));
    void reply.status(isNew ? 201 : 200);
    return participant;
  }

  @Get()
  @Access('viewer')
  @ApiPage('object')
  list(@Query() query: ListPage): Promise<Page<JsonObject>> {
    return this.participants.list(query);
  }

  @Get(':name')
  @Access('viewer')
  get(@Param('name') name: string): Promise<JsonObject> {
    return this.participants.get(name);
  }

  /** Sagas that still need it go on trying until it is there again, or their attempts are used up. */
  @Delete(':name')
  @Access('admin')
  @HttpCode(204)
  @ApiReason()
  async delete(@Param('name') name: string, @Req() request: FastifyRequest): Promise<void> {
    await this.participants.delete(name, actOf(request));
  }
}

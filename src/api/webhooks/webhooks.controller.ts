import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { ApiPage, ApiReason } from '../docs/described.js';
import { ListPage, type Page } from '../page.dto.js';
import {
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
import { Webhooks } from './webhooks.service.js';

@Controller('v1/admin/webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: Webhooks) {}

  /** Subscribe to saga events: every entry that is written after this answers, as CloudEvents. The secret is shown once. */
  @Post()
  @ApiReason()
  @Access('admin')
  @ApiCreatedResponse({ type: NewWebhookDto })
  async create(
    @Body() body: PutWebhook,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewWebhookDto> {
    const created = await this.webhooks.create(body, request);
    shownOnce(reply).header('location', `/v1/admin/webhooks/${created.id}`);
    return created;
  }

  /** By name, without their secrets. */
  @Get()
  @Access('operator')
  @ApiPage(WebhookDto)
  list(@Query() query: ListPage): Promise<Page<WebhookDto>> {
    return this.webhooks.list(query);
  }

  @Get(':id')
  @Access('operator')
  get(@Param('id') id: string): Promise<WebhookDto> {
    return this.webhooks.get(id);
  }

  /** Change it as a whole; the secret stays. In force in every process within two seconds. */
  @Put(':id')
  @ApiReason()
  @Access('admin')
  replace(@Param('id') id: string, @Body() body: PutWebhook, @Req() request: FastifyRequest): Promise<WebhookDto> {
    return this.webhooks.replace(id, body, request);
  }

  /** What is on its way to it is forgotten. */
  @Delete(':id')
  @ApiReason()
  @Access('admin')
  @HttpCode(204)
  async delete(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.webhooks.delete(id, request);
  }

  /** A new secret, shown once; messages are signed with the one before as well for a while. */
  @Post(':id/rotate-secret')
  @ApiReason()
  @Access('admin')
  @HttpCode(200)
  @ApiOkResponse({ type: NewWebhookDto })
  rotateSecret(
    @Param('id') id: string,
    @Body() body: RotateSecret,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewWebhookDto> {
    shownOnce(reply);
    return this.webhooks.rotateSecret(id, body, request);
  }

  /** Send again what waits for one that is disabled. */
  @Post(':id/enable')
  @ApiReason()
  @Access('admin')
  @HttpCode(200)
  @ApiOkResponse({ type: WebhookDto })
  enable(@Param('id') id: string, @Req() request: FastifyRequest): Promise<WebhookDto> {
    return this.webhooks.enable(id, request);
  }

  /** Send an event that tells nothing, and say what came of it. */
  @Post(':id/test')
  @ApiReason()
  @Access('admin')
  @HttpCode(200)
  @ApiOkResponse({ type: WebhookTrialDto })
  test(@Param('id') id: string, @Req() request: FastifyRequest): Promise<WebhookTrialDto> {
    return this.webhooks.test(id, request);
  }

  /** What waits for it, what has arrived, or what was given up; the newest sagas first. */
  @Get(':id/deliveries')
  @Access('operator')
  @ApiPage(DeliveryDto)
  deliveries(@Param('id') id: string, @Query() query: ListDeliveries): Promise<Page<DeliveryDto>> {
    return this.webhooks.deliveries(id, query);
  }

  /** Tell again what happened since a point in time, also to one that did not subscribe then. Ids and order stay. */
  @Post(':id/replay')
  @ApiReason()
  @Access('admin')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: ReplayDto })
  replay(@Param('id') id: string, @Body() body: ReplayWebhook, @Req() request: FastifyRequest): Promise<ReplayDto> {
    return this.webhooks.replay(id, body, request);
  }
}

/** An answer with a secret in it stays out of every cache. */
function shownOnce(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store');
}

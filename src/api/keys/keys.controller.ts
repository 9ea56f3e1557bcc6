import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { ApiPage, ApiReason } from '../docs/described.js';
import { ListPage, type Page } from '../page.dto.js';
import { CreateKey, KeyDto, NewKeyDto, RotateKey } from './key.dto.js';
import { KeyStore } from './keys.service.js';

@Controller('v1/admin/keys')
@Access('admin')
export class KeysController {
  constructor(private readonly keys: KeyStore) {}

  /** Make a key. It is shown once. With the first one that is stored, every request needs a key. */
  @Post()
  @ApiReason()
  @ApiCreatedResponse({ type: NewKeyDto })
  async create(
    @Body() body: CreateKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyDto> {
    const created = await this.keys.create(body, request);
    shownOnce(reply).header('location', `/v1/admin/keys/${created.id}`);
    return created;
  }

  /** The newest first, without their secrets; revoked ones are listed as well. */
  @Get()
  @ApiPage(KeyDto)
  list(@Query() query: ListPage): Promise<Page<KeyDto>> {
    return this.keys.list(query);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<KeyDto> {
    return this.keys.get(id);
  }

  /** Revoke a key, for good; a second time changes nothing. In force in every process within two seconds. */
  @Delete(':id')
  @ApiReason()
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.keys.revoke(id, request);
  }

  /** A new secret for a key, shown once; the old one goes on working for a while, so that nobody is locked out. */
  @Post(':id/rotate')
  @ApiReason()
  @HttpCode(200)
  @ApiOkResponse({ type: NewKeyDto })
  async rotate(
    @Param('id') id: string,
    @Body() body: RotateKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyDto> {
    shownOnce(reply);
    return this.keys.rotate(id, body, request);
  }
}

/** An answer with a secret in it stays out of every cache. */
function shownOnce(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-store');
}

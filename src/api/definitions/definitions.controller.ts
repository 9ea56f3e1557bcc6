import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { actOf } from '../access/act.js';
import { ApiPage, ApiReason } from '../docs/described.js';
import { ListPage, type Page } from '../page.dto.js';
import { DefinitionDto } from './definition.dto.js';
import { DefinitionStore } from './definitions.service.js';

@Controller('v1/definitions')
export class DefinitionsController {
  constructor(private readonly definitions: DefinitionStore) {}

  /** Store a definition (JSON or YAML). The same content again answers 200 with the version that has it already. */
  @Post()
  @Access('admin')
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({ schema: { type: 'object', description: 'A definition, see docs/reference/definitions.md' } })
  @ApiCreatedResponse({ type: DefinitionDto })
  @ApiOkResponse({ type: DefinitionDto, description: 'This content is stored already' })
  @ApiReason()
  async put(
    @Body() document: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DefinitionDto> {
    const { definition, isNew } = await this.definitions.put(document, actOf(request));
    void reply.status(isNew ? 201 : 200).header('location', definition.links.self);
    return definition;
  }

  /** The latest version of every definition. */
  @Get()
  @Access('viewer')
  @ApiPage(DefinitionDto)
  list(@Query() query: ListPage): Promise<Page<DefinitionDto>> {
    return this.definitions.list(query);
  }

  /** The latest version. */
  @Get(':name')
  @Access('viewer')
  latest(@Param('name') name: string): Promise<DefinitionDto> {
    return this.definitions.get(name);
  }

  @Get(':name/versions/:version')
  @Access('viewer')
  version(@Param('name') name: string, @Param('version') version: string): Promise<DefinitionDto> {
    return this.definitions.get(name, version);
  }
}

import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditTrail, type AuditFilter } from '../../store/audit-trail.js';
import { Access } from '../access/access.js';
import { ApiPage } from '../docs/described.js';
import { limitOf } from '../page.dto.js';
import { AuditEntryDto, AuditVerdictDto, filterOf, ListAudit, viewOfEntry } from './audit.dto.js';

const NDJSON = 'application/x-ndjson';

@Controller('v1/admin/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  /** Who did what, newest first; with `Accept: application/x-ndjson` all of it in one stream, oldest first. */
  @Get()
  @Access('operator')
  @ApiPage(AuditEntryDto, NDJSON)
  async list(@Query() query: ListAudit, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const filter = filterOf(query);
    if (request.headers.accept?.includes(NDJSON)) {
      await reply.header('content-type', NDJSON).send(Readable.from(lines(this.trail, filter)));
      return;
    }
    const page = await this.trail.find(filter, limitOf(query), query.cursor);
    await reply.send({ items: page.items.map(viewOfEntry), nextCursor: page.nextCursor });
  }

  /** Whether no row was changed or taken out, by the chain of hashes. Reads the whole trail. */
  @Get('verification')
  @Access('operator')
  @ApiOkResponse({ type: AuditVerdictDto })
  verify(): Promise<AuditVerdictDto> {
    return this.trail.verify();
  }
}

async function* lines(trail: AuditTrail, filter: AuditFilter): AsyncGenerator<string> {
  for await (const entry of trail.all(filter)) yield JSON.stringify(viewOfEntry(entry)) + '\n';
}

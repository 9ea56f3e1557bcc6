import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from '../access/access.js';
import { Health, type Readiness } from './health.service.js';

const LIVE = { type: 'object', required: ['status'], properties: { status: { type: 'string', enum: ['live'] } } };

const READINESS = {
  type: 'object',
  required: ['status', 'checks'],
  properties: {
    status: { type: 'string', enum: ['degraded', 'ready', 'unavailable'] },
    checks: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  /** Whether the process runs. Looks at nothing else: a restart mends neither Postgres nor Redis. */
  @Get('live')
  @Access('public')
  @ApiOkResponse({ schema: LIVE })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Whether to send requests here. Without Redis the server is `degraded` and still ready. */
  @Get('ready')
  @Access('public')
  @ApiOkResponse({ schema: READINESS })
  @ApiServiceUnavailableResponse({ schema: READINESS, description: 'Not now: `checks` says why' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.health.readiness();
    void reply.status(readiness.status === 'unavailable' ? 503 : 200).header('cache-control', 'no-store');
    return readiness;
  }
}

import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';
import { EngineMetrics } from '../../engine/engine-metrics.js';
import { Access } from '../access/access.js';

@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: EngineMetrics) {}

  /** Prometheus text format. */
  @Get()
  @Access('public')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  scrape(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}

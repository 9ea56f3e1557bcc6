import { Controller, Get } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { Sagas, type SagaStats } from '../../store/sagas.js';
import { Access } from '../access/access.js';

/** What is open and what is due; `driving` and `queue` are of the process that answers. */
export interface Stats extends SagaStats {
  readonly driving: number;
  readonly queue: ReturnType<Engine['queueState']>;
}

@Controller('v1/admin/stats')
export class StatsController {
  constructor(
    private readonly sagas: Sagas,
    private readonly engine: Engine,
  ) {}

  /** Counts of open sagas, what is due, and what this process is doing. */
  @Get()
  @Access('operator')
  async stats(): Promise<Stats> {
    return { ...(await this.sagas.stats()), driving: this.engine.driving, queue: this.engine.queueState() };
  }
}

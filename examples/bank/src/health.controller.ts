import { Controller, Get } from '@nestjs/common';
import { DataSource } from 'typeorm';

@Controller('health')
export class HealthController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('ready')
  async ready(): Promise<{ status: 'ready' }> {
    await this.dataSource.query('select 1');
    return { status: 'ready' };
  }
}

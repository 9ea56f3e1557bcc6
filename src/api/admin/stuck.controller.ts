import { Controller, Get, Query } from '@nestjs/common';
import { StuckGroups } from '../../store/stuck-groups.js';
import { Access } from '../access/access.js';
import { ListStuck, StuckGroupsDto } from './stuck.dto.js';

@Controller('v1/admin/stuck')
export class StuckController {
  constructor(private readonly groups: StuckGroups) {}

  /** What is stuck, by cause: the biggest group first. */
  @Get()
  @Access('operator')
  async list(@Query() filter: ListStuck): Promise<StuckGroupsDto> {
    const groups = await this.groups.find(filter);
    return { items: groups.map((group) => ({ ...group, oldest: new Date(group.oldest).toISOString() })) };
  }
}

import { Controller, Get, Param, Query } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { attemptsIn } from '../../saga/attempts.js';
import { Redaction } from '../../saga/redaction.js';
import { keyOf, pageOf } from '../../store/page.js';
import { Access } from '../access/access.js';
import { ApiPage } from '../docs/described.js';
import { limitOf, ListPage, type Page } from '../page.dto.js';
import { AttemptDto } from './attempt.dto.js';
import { viewOfAttempt } from './attempt.view.js';
import { SagaId } from './saga-id.pipe.js';

@Controller('v1/sagas/:id/attempts')
export class AttemptsController {
  constructor(private readonly engine: Engine) {}

  /** Every call of a participant that was made for the saga, the oldest first: where it went and what came of it. */
  @Get()
  @Access('viewer')
  @ApiPage(AttemptDto)
  async list(@Param('id', SagaId) id: string, @Query() query: ListPage): Promise<Page<AttemptDto>> {
    const { state, entries } = await this.engine.find(id);
    const redaction = Redaction.of(state);
    const from = query.cursor === undefined ? 0 : Number(keyOf(query.cursor, /^\d{1,9}$/));
    const limit = limitOf(query);
    const numbered = attemptsIn(entries).map((attempt, i) => ({ attempt, end: i + 1 }));
    const page = pageOf(numbered.slice(from, from + limit + 1), limit, ({ end }) => String(end));
    return { items: page.items.map(({ attempt }) => viewOfAttempt(attempt, redaction)), nextCursor: page.nextCursor };
  }
}

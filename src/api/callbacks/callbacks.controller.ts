import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { Access } from '../access/access.js';
import { refusedBy } from '../errors/as-problem.js';
import { Problem } from '../errors/problem.js';
import { ReportResult } from '../sagas/messages.dto.js';

@Controller('v1/callbacks')
export class CallbacksController {
  constructor(private readonly engine: Engine) {}

  /** Report the result of an operation that was accepted with 202. The URL is the capability: it came with the call. */
  @Post(':token')
  @Access('public')
  @HttpCode(200)
  async report(@Param('token') token: string, @Body() result: ReportResult): Promise<object> {
    const { status, output = null, reason = 'rejected by its callback' } = result;
    const delivery = await this.engine.callback(
      token,
      status === 'succeeded' ? { status, output } : { status, reason },
    );
    if (!delivery) {
      const detail = 'this is not a callback URL of this server: take it from the header Skald-Callback-Url';
      throw new Problem(404, 'unknown-callback', 'No such callback', detail);
    }
    if (delivery.refused) throw refusedBy(delivery.refused);
    return { saga: delivery.state.id, step: delivery.step, status };
  }
}

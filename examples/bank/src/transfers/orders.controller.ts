import { BadRequestException, Body, Controller, HttpStatus, Param, ParseUUIDPipe, Put, Res } from '@nestjs/common';
import { BANKS, isBank } from '../banks.js';
import { isAmount } from '../ledger/amount.js';
import { Orders } from './orders.js';

/** What a customer's program sends: to whom, and how much. */
interface OrderBody {
  readonly from?: unknown;
  readonly to?: { readonly bank?: unknown; readonly account?: unknown };
  readonly amount?: unknown;
}

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: Orders) {}

  /** 202: the order is taken, and will be carried out or refused. 200: it had been given before. */
  @Put(':id')
  async give(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: OrderBody | null,
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<{ id: string }> {
    const { from, amount, to } = body ?? {};
    if (typeof from !== 'string' || typeof to?.account !== 'string') {
      throw new BadRequestException('from and to.account must be accounts');
    }
    if (!isBank(to.bank)) throw new BadRequestException(`to.bank must be one of ${BANKS.join(', ')}`);
    if (!isAmount(amount)) throw new BadRequestException('amount must be a text like "12.34"');
    const isNew = await this.orders.give(id, to.bank, { from, to: to.account, amount });
    response.status(isNew ? HttpStatus.ACCEPTED : HttpStatus.OK);
    return { id };
  }
}

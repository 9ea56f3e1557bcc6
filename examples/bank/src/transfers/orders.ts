import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Bank } from '../banks.js';
import { centsOf } from '../ledger/amount.js';
import { SETTINGS, type Settings } from '../settings.js';
import { Order } from './order.entity.js';
import { StartOutbox } from './start-outbox.js';
import type { Transfer } from './transfer.js';

/** The customers' orders to pay somebody. */
@Injectable()
export class Orders {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: StartOutbox,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Takes an order. Its saga is started if and only if the order is there: both are written in one transaction.
   * @param id chosen by the customer's program; the same one again is the same order
   * @returns `false` if it had been given before
   */
  async give(id: string, payeeBank: Bank, transfer: Transfer): Promise<boolean> {
    const isNew = await this.dataSource.transaction(async (manager) => {
      const order = { id, payer: transfer.from, payeeBank, payee: transfer.to, cents: centsOf(transfer.amount) };
      const insert = manager.createQueryBuilder().insert().into(Order).values(order).orIgnore().returning('id');
      const { raw } = (await insert.execute()) as { raw: unknown[] };
      if (raw.length === 1) await this.outbox.start(manager, this.settings.bank, payeeBank, transfer, id);
      return raw.length === 1;
    });
    if (isNew) this.outbox.deliverSoon();
    return isNew;
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';
import { Account } from './account.entity.js';
import { Ledger } from './ledger.js';

/** The customers' accounts. */
@Injectable()
export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: Ledger,
  ) {}

  /** @returns `false` if it was there already, and nothing happened */
  async open(id: string, deposit: bigint): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const row = { id, balance: 0n };
      const { raw } = (await manager
        .createQueryBuilder()
        .insert()
        .into(Account)
        .values(row)
        .orIgnore()
        .returning('id')
        .execute()) as { raw: unknown[] };
      if (raw.length === 0) return false;
      if (deposit > 0n) await this.ledger.give(manager, id, deposit, 'vault', { kind: 'deposit', sagaId: null });
      return true;
    });
  }

  /** Nothing goes in or out any more, but what comes back. @returns `false` if no such account is open */
  async close(id: string): Promise<boolean> {
    const open = { id, balance: Not(IsNull()), closedAt: IsNull() };
    const { affected } = await this.dataSource.manager.update(Account, open, { closedAt: new Date() });
    return affected === 1;
  }

  async find(id: string): Promise<Account | null> {
    return this.dataSource.manager.findOneBy(Account, { id, balance: Not(IsNull()) });
  }
}

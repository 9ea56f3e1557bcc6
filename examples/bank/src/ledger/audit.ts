import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { OwnAccount } from './account.entity.js';
import { Entry } from './entry.entity.js';

/** How the books stand at one moment, in cents. */
export interface Books {
  /** Of all customers, as their accounts say. */
  readonly customers: bigint;
  /** As their postings say. */
  readonly own: Readonly<Record<OwnAccount, bigint>>;
  /** All of these together. Anything but zero means that money came from nowhere, or went there. */
  readonly total: bigint;
  /** Customers whose balance is not the sum of their postings. There must be none. */
  readonly disagreements: number;
}

/** Looks at the books; one statement each, so that what it sees is of one moment. */
@Injectable()
export class Audit {
  constructor(private readonly dataSource: DataSource) {}

  async books(): Promise<Books> {
    const rows = await this.dataSource.query<Record<string, string>[]>(`
      with sums as (select account, sum(cents) as cents from postings group by account)
      select
        coalesce(sum(balance), 0) as customers,
        coalesce(sum(cents) filter (where id = 'vault'), 0) as vault,
        coalesce(sum(cents) filter (where id = 'transit'), 0) as transit,
        coalesce(sum(cents) filter (where id = 'clearing'), 0) as clearing,
        count(*) filter (where balance <> coalesce(cents, 0)) as disagreements
      from accounts left join sums on account = id`);
    const { customers, vault, transit, clearing, disagreements } = rows[0]!;
    const own = { vault: BigInt(vault!), transit: BigInt(transit!), clearing: BigInt(clearing!) };
    const total = BigInt(customers!) + own.vault + own.transit + own.clearing;
    return { customers: BigInt(customers!), own, total, disagreements: Number(disagreements) };
  }

  /**
   * Entries in the order in which they were written.
   * @param after id of the last one that is known already
   */
  async entries(after: bigint, limit: number): Promise<Entry[]> {
    return this.dataSource.manager
      .createQueryBuilder(Entry, 'entry')
      .where('entry.id > :after', { after: String(after) })
      .orderBy('entry.id')
      .limit(limit)
      .getMany();
  }

  /** All that a saga has done to the books. */
  async entriesOf(sagaId: string): Promise<Entry[]> {
    return this.dataSource.manager.find(Entry, { where: { sagaId }, order: { id: 'asc' } });
  }
}

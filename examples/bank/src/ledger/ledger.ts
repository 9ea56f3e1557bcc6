import { Injectable } from '@nestjs/common';
import { Rejected } from '@skald/sdk';
import type { EntityManager } from 'typeorm';
import { Account, type OwnAccount } from './account.entity.js';
import { Entry, type EntryKind } from './entry.entity.js';

/** Why money moves. */
export interface Cause {
  readonly kind: EntryKind;
  /** `null`: not because of a saga. */
  readonly sagaId: string | null;
}

/**
 * The bank's books, in double entry. Whoever moves money brings a transaction: what the ledger does is done together with
 * whatever else happens in it, or not at all.
 */
@Injectable()
export class Ledger {
  /**
   * From a customer to an account of the bank's own.
   * @throws {Rejected} `unknown-account`, `account-closed`, `insufficient-funds`
   */
  async take(manager: EntityManager, customer: string, cents: bigint, to: OwnAccount, cause: Cause): Promise<void> {
    await change(manager, customer, -cents, 'closed_at is null and balance + :change >= 0');
    await write(manager, { from: customer, to, cents, ...cause });
  }

  /**
   * From an account of the bank's own to a customer.
   * @throws {Rejected} `unknown-account`, `account-closed`
   */
  async give(manager: EntityManager, customer: string, cents: bigint, from: OwnAccount, cause: Cause): Promise<void> {
    await change(manager, customer, cents, 'closed_at is null and balance is not null');
    await write(manager, { from, to: customer, cents, ...cause });
  }

  /**
   * Back to a customer from whom it was taken: also if the account has been closed since, for the money is the customer's.
   */
  async giveBack(
    manager: EntityManager,
    customer: string,
    cents: bigint,
    from: OwnAccount,
    cause: Cause,
  ): Promise<void> {
    await change(manager, customer, cents, 'balance is not null');
    await write(manager, { from, to: customer, cents, ...cause });
  }

  /** Between two accounts of the bank's own. */
  async move(manager: EntityManager, cents: bigint, from: OwnAccount, to: OwnAccount, cause: Cause): Promise<void> {
    await write(manager, { from, to, cents, ...cause });
  }
}

/** Changes a customer's balance where `condition` holds. The bank's own accounts have none, so none of them is meant. */
async function change(manager: EntityManager, customer: string, cents: bigint, condition: string): Promise<void> {
  const { affected } = await manager
    .createQueryBuilder()
    .update(Account)
    .set({ balance: () => 'balance + :change' })
    .where(`id = :customer and ${condition}`, { customer, change: String(cents) })
    .execute();
  if (affected === 0) throw await whyNot(manager, customer);
}

async function write(manager: EntityManager, entry: Omit<Entry, 'id'>): Promise<void> {
  await manager.insert(Entry, entry);
}

async function whyNot(manager: EntityManager, customer: string): Promise<Rejected> {
  const account = await manager.findOneBy(Account, { id: customer });
  if (account?.balance == null) {
    return new Rejected(`there is no account ${customer} at this bank`, { code: 'unknown-account' });
  }
  if (account.closedAt) return new Rejected(`account ${customer} is closed`, { code: 'account-closed' });
  return new Rejected(`account ${customer} does not hold that much`, { code: 'insufficient-funds' });
}

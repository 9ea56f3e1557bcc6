import { Injectable } from '@nestjs/common';
import { type Call, type CompensationBody } from '@skald/sdk';
import { SagaAction, SagaCompensation } from '@skald/sdk/nestjs';
import type { EntityManager } from 'typeorm';
import { centsOf, type Amount } from '../ledger/amount.js';
import { Ledger } from '../ledger/ledger.js';

/** What a bank is asked to do to one of its accounts. */
export interface Movement {
  readonly account: string;
  readonly amount: Amount;
}

/**
 * A bank's part in transfers. Each method runs in the barrier's transaction, at most once per saga: nothing in here has to
 * think of repeats, of calls that come late, or of a compensation whose debit never happened.
 */
@Injectable()
export class TransferSteps {
  constructor(private readonly ledger: Ledger) {}

  /** At the payer's bank: the money leaves the account, and is under way. */
  @SagaAction('/debits')
  async debit({ body, sagaId }: Call<Movement>, manager: EntityManager): Promise<void> {
    await this.ledger.take(manager, body.account, centsOf(body.amount), 'transit', { kind: 'debit', sagaId });
  }

  /** At the payer's bank: the payee's has said no. */
  @SagaCompensation('/debits/cancel')
  async cancelDebit({ body, sagaId }: Call<CompensationBody<Movement>>, manager: EntityManager): Promise<void> {
    const { account, amount } = body.input;
    await this.ledger.giveBack(manager, account, centsOf(amount), 'transit', { kind: 'reversal', sagaId });
  }

  /** At the payee's bank: the money has come, and is owed by the payer's bank. */
  @SagaAction('/credits')
  async credit({ body, sagaId }: Call<Movement>, manager: EntityManager): Promise<void> {
    await this.ledger.give(manager, body.account, centsOf(body.amount), 'clearing', { kind: 'credit', sagaId });
  }

  /** At the payer's bank: it is under way no longer, and owed to the payee's bank. */
  @SagaAction('/settlements')
  async settle({ body, sagaId }: Call<Pick<Movement, 'amount'>>, manager: EntityManager): Promise<void> {
    await this.ledger.move(manager, centsOf(body.amount), 'transit', 'clearing', { kind: 'settlement', sagaId });
  }
}

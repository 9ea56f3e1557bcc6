import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Bank } from '../banks.js';
import { BIGINT } from '../ledger/bigint.js';

/** What a customer has asked for. Each order has one saga: they are written in one transaction. */
@Entity('orders')
export class Order {
  /** Chosen by who gives the order, so that giving it twice gives it once. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  payer!: string;

  @Column('text', { name: 'payee_bank' })
  payeeBank!: Bank;

  @Column('text')
  payee!: string;

  @Column('bigint', { transformer: BIGINT })
  cents!: bigint;
}

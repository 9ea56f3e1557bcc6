import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT } from './bigint.js';

/**
 * The accounts that belong to the bank itself:
 * - `vault`: where customers' money comes from when they pay in;
 * - `transit`: money that has left a payer, and of which it isn't known yet that it has reached the payee;
 * - `clearing`: what this bank owes to the others (above zero) or they to it. Over all banks it sums up to zero.
 */
export type OwnAccount = 'vault' | 'transit' | 'clearing';

@Entity('accounts')
export class Account {
  @PrimaryColumn('text')
  id!: string;

  /**
   * Cents; never below zero, Postgres sees to that. `null` for the bank's own accounts: every transfer touches those, so
   * a stored balance would make all transfers wait for one another. Their balance is the sum of their postings.
   */
  @Column('bigint', { nullable: true, transformer: BIGINT })
  balance!: bigint | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}

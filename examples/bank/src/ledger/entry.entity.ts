import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BIGINT } from './bigint.js';

export type EntryKind = 'deposit' | 'debit' | 'reversal' | 'credit' | 'settlement';

/**
 * One movement of money: the same cents leave one account and reach another, so an entry can't be out of balance. Never
 * changed, never deleted. The view `postings` shows its two sides.
 */
@Entity('entries')
export class Entry {
  @PrimaryColumn('bigint', { generated: 'identity', transformer: BIGINT })
  id!: bigint;

  @Column('text')
  kind!: EntryKind;

  @Column('text', { name: 'from_account' })
  from!: string;

  @Column('text', { name: 'to_account' })
  to!: string;

  /** Above zero. */
  @Column('bigint', { transformer: BIGINT })
  cents!: bigint;

  /** The transfer that it is part of; `null` if it is of none. */
  @Column('uuid', { name: 'saga_id', nullable: true })
  sagaId!: string | null;
}

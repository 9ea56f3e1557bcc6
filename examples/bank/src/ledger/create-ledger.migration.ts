import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedger1795450000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table accounts (
        id text primary key,
        balance bigint check (balance >= 0),
        closed_at timestamptz
      );
      insert into accounts (id) values ('vault'), ('transit'), ('clearing');

      create table entries (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        kind text not null,
        from_account text not null references accounts,
        to_account text not null references accounts,
        cents bigint not null check (cents > 0),
        saga_id uuid,
        check (from_account <> to_account)
      );
      create index entries_saga on entries (saga_id);

      create view postings as
        select id as entry, from_account as account, -cents as cents from entries
        union all
        select id, to_account, cents from entries;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view postings; drop table entries; drop table accounts');
  }
}

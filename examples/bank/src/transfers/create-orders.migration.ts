import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1795450001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders (
        id uuid primary key,
        at timestamptz not null default now(),
        payer text not null,
        payee_bank text not null,
        payee text not null,
        cents bigint not null check (cents > 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table orders');
  }
}

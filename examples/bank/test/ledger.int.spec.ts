import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { EmptyDatabase } from '../../../test/bank/empty-database.js';
import { openDatabase } from '../src/database.module.js';
import { Accounts } from '../src/ledger/accounts.js';
import { Audit } from '../src/ledger/audit.js';
import { Ledger, type Cause } from '../src/ledger/ledger.js';

const CAUSE: Cause = { kind: 'debit', sagaId: null };

describe('the ledger of a bank', () => {
  let database: EmptyDatabase;
  let dataSource: DataSource;
  let accounts: Accounts;
  const ledger = new Ledger();

  beforeAll(async () => {
    database = await EmptyDatabase.create();
    dataSource = await openDatabase(database.url);
    accounts = new Accounts(dataSource, ledger);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  afterEach(async () => {
    expect(await new Audit(dataSource).books()).toMatchObject({ total: 0n, disagreements: 0 });
  });

  const take = (customer: string, cents: bigint): Promise<void> =>
    dataSource.transaction((manager) => ledger.take(manager, customer, cents, 'transit', CAUSE));
  const give = (customer: string, cents: bigint): Promise<void> =>
    dataSource.transaction((manager) => ledger.give(manager, customer, cents, 'transit', CAUSE));
  const giveBack = (customer: string, cents: bigint): Promise<void> =>
    dataSource.transaction((manager) => ledger.giveBack(manager, customer, cents, 'transit', CAUSE));
  const balance = async (customer: string): Promise<bigint | null | undefined> =>
    (await accounts.find(customer))?.balance;
  const refused = (code: string): unknown => expect.objectContaining({ name: 'Rejected', code });

  it('lets nobody take more than there is, however many take at once', async () => {
    await accounts.open('ann', 1_000n);
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => take('ann', 99n)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toEqual(refused('insufficient-funds'));
    expect(await balance('ann')).toBe(10n);
  });

  it('neither takes from an account that is closed nor gives to it, but gives back', async () => {
    await accounts.open('bob', 500n);
    await take('bob', 200n);
    expect(await accounts.close('bob')).toBe(true);
    await expect(take('bob', 1n)).rejects.toEqual(refused('account-closed'));
    await expect(give('bob', 1n)).rejects.toEqual(refused('account-closed'));
    await giveBack('bob', 200n);
    expect(await balance('bob')).toBe(500n);
  });

  it.each(['nobody', 'vault', 'transit', 'clearing'])('knows no customer called %s', async (name) => {
    await expect(take(name, 1n)).rejects.toEqual(refused('unknown-account'));
    await expect(give(name, 1n)).rejects.toEqual(refused('unknown-account'));
    await expect(giveBack(name, 1n)).rejects.toEqual(refused('unknown-account'));
    expect(await accounts.close(name)).toBe(false);
  });

  it('opens an account once, and none in the name of its own', async () => {
    expect(await accounts.open('carol', 100n)).toBe(true);
    expect(await accounts.open('carol', 100n)).toBe(false);
    expect(await accounts.open('vault', 100n)).toBe(false);
    expect(await balance('carol')).toBe(100n);
  });
});

import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Account } from './ledger/account.entity.js';
import { CreateLedger1795450000000 } from './ledger/create-ledger.migration.js';
import { Entry } from './ledger/entry.entity.js';
import { CreateOrders1795450001000 } from './transfers/create-orders.migration.js';
import { Order } from './transfers/order.entity.js';

/** Connects to the bank's own Postgres, and makes the tables that it needs. */
export async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [Account, Entry, Order],
    migrations: [CreateLedger1795450000000, CreateOrders1795450001000],
    migrationsRun: true,
  });
  return dataSource.initialize();
}

/** Has TypeORM's `DataSource` injected, and closes it at the end. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  static at(url: string): DynamicModule {
    const provider = { provide: DataSource, useFactory: () => openDatabase(url) };
    return { module: DatabaseModule, providers: [provider], exports: [DataSource] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dataSource.destroy();
  }
}

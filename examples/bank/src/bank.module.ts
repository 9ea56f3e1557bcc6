import { Module, type DynamicModule } from '@nestjs/common';
import { SkaldClient, typeormBarrier, type Barrier } from '@skald/sdk';
import { SkaldParticipantModule } from '@skald/sdk/nestjs';
import { DataSource, type EntityManager } from 'typeorm';
import { DatabaseModule } from './database.module.js';
import { HealthController } from './health.controller.js';
import { AccountsController } from './ledger/accounts.controller.js';
import { Accounts } from './ledger/accounts.js';
import { AuditController } from './ledger/audit.controller.js';
import { Audit } from './ledger/audit.js';
import { Ledger } from './ledger/ledger.js';
import { SETTINGS, type Settings } from './settings.js';
import { OrdersController } from './transfers/orders.controller.js';
import { Orders } from './transfers/orders.js';
import { StartOutbox } from './transfers/start-outbox.js';
import { TransferSteps } from './transfers/transfer-steps.js';

/** Makes what guards the bank's part in sagas. */
export type MakeBarrier = (dataSource: DataSource) => Barrier<EntityManager> | Promise<Barrier<EntityManager>>;

@Module({})
export class BankModule {
  static of(settings: Settings, makeBarrier: MakeBarrier = migratedBarrier): DynamicModule {
    return {
      module: BankModule,
      imports: [
        DatabaseModule.at(settings.databaseUrl),
        SkaldParticipantModule.forRootAsync({
          inject: [DataSource],
          useFactory: async (dataSource: DataSource) => ({
            secret: settings.secret,
            barrier: await makeBarrier(dataSource),
          }),
        }),
      ],
      controllers: [AccountsController, AuditController, HealthController, OrdersController],
      providers: [
        Accounts,
        Audit,
        Ledger,
        Orders,
        StartOutbox,
        TransferSteps,
        { provide: SETTINGS, useValue: settings },
        { provide: SkaldClient, useFactory: () => new SkaldClient({ baseUrl: settings.skaldUrl }) },
      ],
    };
  }
}

async function migratedBarrier(dataSource: DataSource): Promise<Barrier<EntityManager>> {
  const barrier = typeormBarrier(dataSource);
  await barrier.migrate();
  return barrier;
}

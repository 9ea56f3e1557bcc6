import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { EnvironmentKeys } from './access/environment-keys.js';
import { IssuerTokens } from './access/issuer-tokens.js';
import { StoredKeys } from './access/stored-keys.js';
import { ParticipantsBoardController } from './admin/participants-board.controller.js';
import { ParticipantsBoard } from './admin/participants-board.service.js';
import { SagaOrdersController } from './admin/saga-orders.controller.js';
import { StatsController } from './admin/stats.controller.js';
import { StuckController } from './admin/stuck.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { BodyPipe } from './body.pipe.js';
import { BulkController } from './bulk/bulk.controller.js';
import { Bulk } from './bulk/bulk.service.js';
import { CallbacksController } from './callbacks/callbacks.controller.js';
import { DefinitionsController } from './definitions/definitions.controller.js';
import { DefinitionStore } from './definitions/definitions.service.js';
import { ProblemFilter } from './errors/problem.filter.js';
import { HealthController } from './health/health.controller.js';
import { Health } from './health/health.service.js';
import { MetricsController } from './health/metrics.controller.js';
import { KeysController } from './keys/keys.controller.js';
import { KeyStore } from './keys/keys.service.js';
import { RateGuard } from './limits/rate.guard.js';
import { ParticipantsController } from './participants/participants.controller.js';
import { ParticipantStore } from './participants/participants.service.js';
import { AttemptsController } from './sagas/attempts.controller.js';
import { SagaEvents } from './sagas/saga-events.js';
import { SagaOrders } from './sagas/saga-orders.js';
import { SagasController } from './sagas/sagas.controller.js';
import { Sagas } from './sagas/sagas.service.js';
import { SyncedSagas } from './webhooks/synced-sagas.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { Webhooks } from './webhooks/webhooks.service.js';

const PROBES = [HealthController, MetricsController];
const RESOURCES = [
  SagasController,
  AttemptsController,
  DefinitionsController,
  ParticipantsController,
  CallbacksController,
  KeysController,
  StatsController,
  StuckController,
  ParticipantsBoardController,
  SagaOrdersController,
  AuditController,
  BulkController,
  WebhooksController,
];

/** REST. A worker answers probes and nothing else. */
@Module({})
export class ApiModule {
  static register(role: 'all' | 'api' | 'worker'): DynamicModule {
    return {
      module: ApiModule,
      controllers: role === 'worker' ? PROBES : [...PROBES, ...RESOURCES],
      providers: [
        Health,
        Sagas,
        SagaEvents,
        SagaOrders,
        ParticipantsBoard,
        DefinitionStore,
        ParticipantStore,
        KeyStore,
        Bulk,
        Webhooks,
        SyncedSagas,
        EnvironmentKeys,
        StoredKeys,
        IssuerTokens,
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        // Asks for the caller, so it comes after.
        { provide: APP_GUARD, useClass: RateGuard },
        { provide: APP_PIPE, useClass: BodyPipe },
      ],
    };
  }
}

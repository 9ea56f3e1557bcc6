import { randomBytes } from 'node:crypto';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { Allowances } from './api/limits/allowances.js';
import { ALLOWANCES, WINDOW_SECONDS } from './api/limits/rate.guard.js';
import { Config } from './config/config.js';
import { LOG, type Log } from './config/log.js';
import { VERSION } from './config/version.js';
import { Admission } from './engine/admission/admission.js';
import { AdmissionMetrics } from './engine/admission/admission-metrics.js';
import { Intake } from './engine/admission/intake.js';
import { LoadWatch } from './engine/admission/load-watch.js';
import { buildClient } from './engine/build-client.js';
import { buildEngine } from './engine/build-engine.js';
import { BulkMetrics } from './engine/bulk/bulk-metrics.js';
import { BulkRound } from './engine/bulk/bulk-round.js';
import { BulkRunner } from './engine/bulk/bulk-runner.js';
import { DryRun } from './engine/bulk/dry-run.js';
import { Engine } from './engine/engine.js';
import { EngineMetrics } from './engine/engine-metrics.js';
import { EngineOptions } from './engine/engine-options.js';
import { Janitor } from './engine/janitor.js';
import { KeyDirectory } from './engine/key-directory.js';
import { LostHints } from './engine/lost-hints.js';
import { ParticipantDirectory } from './engine/participant-directory.js';
import { Peers } from './engine/peers.js';
import { buildDeliverer } from './engine/webhooks/build-webhooks.js';
import { Deliverer } from './engine/webhooks/deliverer.js';
import { Notices } from './participants/notices.js';
import { ParticipantClient } from './participants/participant-client.js';
import { TargetGuard } from './participants/targets.js';
import { IdempotencyCache } from './queue/idempotency-cache.js';
import { RedisSchedules } from './queue/redis-schedules.js';
import { RequestCounter } from './queue/request-counter.js';
import { WakeQueue } from './queue/wake-queue.js';
import { ApiKeys } from './store/api-keys.js';
import { Audit } from './store/audit.js';
import { AuditTrail } from './store/audit-trail.js';
import { BreakerOrders } from './store/breaker-orders.js';
import { BulkItems } from './store/bulk-items.js';
import { BulkOperations } from './store/bulk-operations.js';
import { Database } from './store/database.js';
import { Definitions } from './store/definitions.js';
import { IdempotencyKeys } from './store/idempotency.js';
import { Journal } from './store/journal.js';
import { Leases } from './store/leases.js';
import { Nodes } from './store/nodes.js';
import { Participants } from './store/participants.js';
import { SagaList } from './store/saga-list.js';
import { StuckGroups } from './store/stuck-groups.js';
import { Sagas } from './store/sagas.js';
import { PostgresSchedules } from './store/schedules.js';
import { Settings } from './store/settings.js';
import { WebhookReplays } from './store/webhooks/replays.js';
import { WebhookSubscriptions } from './store/webhooks/subscriptions.js';
import { WebhookSyncState } from './store/webhooks/sync-state.js';
import { Worker } from './worker/worker.js';

type BuiltClient = ReturnType<typeof buildClient>;
const BUILT_CLIENT = Symbol('built client');

/** Where rate limits and shaping are shared. */
export type Schedules = PostgresSchedules | RedisSchedules;
export const SCHEDULES = Symbol('schedules');

type Built = ReturnType<typeof buildEngine>;
const BUILT = Symbol('built engine');

/**
 * Names this installation's keys and queues in Redis. It lives in the database, so that two installations that share a
 * Redis never take each other's hints, nor answer a repeated idempotency key with the other's saga.
 */
const PREFIX = Symbol('prefix');

/** Everything below the API, put together in one place: which object gets which. Arrows point down (see docs). */
@Global()
@Module({})
export class Composition {
  static of(config: Config, log: Log, databaseUrl: string): DynamicModule {
    const providers = [
      ...surroundings(config, log),
      ...store(databaseUrl, config),
      ...waysOut(databaseUrl),
      ...admission(),
      ...engine(),
      ...bulk(),
      ...webhooks(),
    ];
    return { module: Composition, providers, exports: providers };
  }
}

function surroundings(config: Config, log: Log): Provider[] {
  return [
    { provide: Config, useValue: config },
    { provide: LOG, useValue: log },
    {
      provide: EngineOptions,
      useValue: new EngineOptions({
        lease: config.lease,
        sweepInterval: config.sweepInterval,
        maxInFlight: config.maxInFlight,
        drainTimeout: config.drainTimeout,
        publicUrl: config.publicUrl,
        drives: config.role !== 'api',
        retention: config.retention,
        node: randomBytes(4).toString('hex'),
      }),
    },
  ];
}

function store(url: string, config: Config): Provider[] {
  return [
    {
      provide: Database,
      inject: [LOG],
      useFactory: async (log: Log) => {
        const onConnectionLost = (err: Error) => log.warn({ err }, 'lost an idle connection to Postgres');
        const database = new Database({ url, onConnectionLost });
        await database.connect();
        return database;
      },
    },
    {
      provide: Journal,
      inject: [Database, EngineMetrics],
      useFactory: (database: Database, metrics: EngineMetrics) =>
        new Journal(database, { lease: config.lease, observer: metrics, fence: config.fence }),
    },
    { provide: Sagas, inject: [Database], useFactory: (database: Database) => new Sagas(database) },
    { provide: SagaList, inject: [Database], useFactory: (database: Database) => new SagaList(database) },
    { provide: StuckGroups, inject: [Database], useFactory: (database: Database) => new StuckGroups(database) },
    { provide: Definitions, inject: [Database], useFactory: (database: Database) => new Definitions(database) },
    { provide: Participants, inject: [Database], useFactory: (database: Database) => new Participants(database) },
    { provide: ApiKeys, inject: [Database], useFactory: (database: Database) => new ApiKeys(database) },
    {
      provide: KeyDirectory,
      inject: [ApiKeys, Database, LOG],
      useFactory: (keys: ApiKeys, { clock }: Database, log: Log) => new KeyDirectory(keys, () => clock.now(), log),
    },
    { provide: Settings, inject: [Database], useFactory: (database: Database) => new Settings(database) },
    {
      provide: PREFIX,
      inject: [Settings],
      useFactory: async (settings: Settings) =>
        `skald-${(await settings.secret('installation')).toString('hex', 0, 6)}`,
    },
  ];
}

function waysOut(databaseUrl: string): Provider[] {
  return [
    {
      provide: TargetGuard,
      inject: [Config, KeyDirectory],
      useFactory: ({ allowedTargets, isGuarded, needsStoredKey }: Config, directory: KeyDirectory) =>
        new TargetGuard({
          allowed: allowedTargets,
          // The first key may be stored while the server runs.
          get keysConfigured() {
            return isGuarded || needsStoredKey || !directory.isEmpty;
          },
        }),
    },
    { provide: AuditTrail, inject: [Database], useFactory: (database: Database) => new AuditTrail(database) },
    { provide: Nodes, inject: [Database], useFactory: (database: Database) => new Nodes(database) },
    { provide: Leases, inject: [Database], useFactory: (database: Database) => new Leases(database) },
    { provide: BreakerOrders, inject: [Database], useFactory: (database: Database) => new BreakerOrders(database) },
    {
      provide: SCHEDULES,
      inject: [Config, PREFIX, Database],
      useFactory: ({ redisUrl }: Config, prefix: string, database: Database) =>
        redisUrl === null ? new PostgresSchedules(database) : new RedisSchedules(redisUrl, prefix),
    },
    {
      provide: BUILT_CLIENT,
      inject: [TargetGuard, SCHEDULES, Leases, Nodes, EngineMetrics, Config, EngineOptions, LOG],
      useFactory: (
        guard: TargetGuard,
        { draw }: Schedules,
        leases: Leases,
        nodes: Nodes,
        metrics: EngineMetrics,
        { role }: Config,
        { node }: EngineOptions,
        log: Log,
      ) => {
        const about = role === 'api' ? null : { role, version: VERSION, startedAt: Date.now() };
        return buildClient({ guard, draw, leases, nodes, metrics, node, about, log });
      },
    },
    { provide: ParticipantClient, inject: [BUILT_CLIENT], useFactory: ({ client }: BuiltClient) => client },
    { provide: Peers, inject: [BUILT_CLIENT], useFactory: ({ peers }: BuiltClient) => peers },
    {
      provide: IdempotencyCache,
      inject: [Config, PREFIX],
      useFactory: ({ redisUrl }: Config, prefix: string) => new IdempotencyCache(redisUrl, prefix),
    },
    { provide: LostHints, useValue: new LostHints() },
    {
      provide: WakeQueue,
      inject: [Config, EngineOptions, PREFIX, Database, LostHints, LOG],
      useFactory: async (
        { redisUrl, queueShards }: Config,
        { node }: EngineOptions,
        prefix: string,
        { clock }: Database,
        lost: LostHints,
        logger: Log,
      ) => {
        const queue = new WakeQueue({
          node,
          prefix,
          ...(redisUrl === null ? { databaseUrl } : { redisUrl }),
          shards: queueShards,
          now: () => clock.now(),
          onUndelivered: (ids) => lost.handle(ids),
          logger,
        });
        await queue.open();
        return queue;
      },
    },
  ];
}

function admission(): Provider[] {
  return [
    {
      provide: RequestCounter,
      inject: [Config, PREFIX],
      useFactory: ({ redisUrl, rateLimit }: Config, prefix: string) =>
        new RequestCounter(rateLimit === 0 ? null : redisUrl, prefix, {
          points: rateLimit * WINDOW_SECONDS,
          seconds: WINDOW_SECONDS,
        }),
    },
    {
      provide: ALLOWANCES,
      inject: [Config, RequestCounter],
      useFactory: ({ rateLimit }: Config, { take }: RequestCounter) =>
        rateLimit === 0 ? null : new Allowances(rateLimit * WINDOW_SECONDS, take),
    },
    {
      provide: Admission,
      inject: [Config],
      useFactory: ({ shedDueAge: dueAge, shedLoopLag: loopLag, shedCommitWait: commitWait }: Config) =>
        new Admission({ dueAge, loopLag, commitWait }),
    },
    {
      provide: LoadWatch,
      inject: [Admission, Journal, Sagas],
      useFactory: (admission: Admission, journal: Journal, sagas: Sagas) => new LoadWatch(admission, journal, sagas),
    },
    {
      provide: Intake,
      inject: [Admission, Database, EngineMetrics],
      useFactory: (admission: Admission, database: Database, { registry }: EngineMetrics) =>
        new Intake(admission, new IdempotencyKeys(database), new AdmissionMetrics(registry, admission)),
    },
  ];
}

function engine(): Provider[] {
  return [
    {
      provide: EngineMetrics,
      inject: [Sagas],
      useFactory: (sagas: Sagas) => new EngineMetrics(() => sagas.stats()),
    },
    {
      provide: BUILT,
      inject: [
        ...[Database, Journal, Sagas, SagaList, Definitions, Participants, Settings, WakeQueue, LostHints],
        ...[IdempotencyCache, ParticipantClient, EngineMetrics, EngineOptions, LOG, Intake],
      ],
      useFactory: async (
        database: Database,
        journal: Journal,
        sagas: Sagas,
        list: SagaList,
        definitions: Definitions,
        participants: Participants,
        settings: Settings,
        queue: WakeQueue,
        lostHints: LostHints,
        idempotency: IdempotencyCache,
        client: ParticipantClient,
        metrics: EngineMetrics,
        options: EngineOptions,
        log: Log,
        intake: Intake,
      ) =>
        buildEngine({
          ...{ journal, sagas, list, definitions, participants, clock: database.clock, queue, lostHints },
          ...{ idempotency, client, metrics, options, log, intake, secret: await settings.secret('callbacks') },
        }),
    },
    { provide: Engine, inject: [BUILT], useFactory: (built: Built) => built.engine },
    { provide: ParticipantDirectory, inject: [BUILT], useFactory: (built: Built) => built.directory },
    {
      provide: Janitor,
      inject: [Database, EngineOptions, LOG],
      useFactory: (database: Database, options: EngineOptions, log: Log) => new Janitor(database, options, log),
    },
    {
      provide: Worker,
      inject: [WakeQueue, Engine],
      useFactory: (queue: WakeQueue, engine: Engine) => new Worker(queue, engine),
    },
  ];
}

function webhooks(): Provider[] {
  return [
    ...[WebhookSubscriptions, WebhookReplays, WebhookSyncState].map((provide) => ({
      provide,
      inject: [Database],
      useFactory: (database: Database) => new provide(database),
    })),
    { provide: Notices, inject: [TargetGuard], useFactory: (guard: TargetGuard) => new Notices(guard) },
    {
      provide: Deliverer,
      inject: [Database, Journal, Notices, EngineMetrics, Config, LOG],
      useFactory: (
        database: Database,
        journal: Journal,
        notices: Notices,
        { registry }: EngineMetrics,
        { webhookTimeout: timeout, webhookGiveUp: giveUpAfter, webhookRetention: retention, lease }: Config,
        log: Log,
      ) => {
        const options = { timeout, lease: timeout + lease, giveUpAfter, retention };
        return buildDeliverer({ database, journal, notices, options, registry, log });
      },
    },
  ];
}

function bulk(): Provider[] {
  return [
    ...[BulkOperations, BulkItems, Audit].map((provide) => ({
      provide,
      inject: [Database],
      useFactory: (database: Database) => new provide(database),
    })),
    {
      provide: DryRun,
      inject: [Database, Engine],
      useFactory: (database: Database, engine: Engine) => new DryRun(database, engine),
    },
    {
      provide: BulkRunner,
      inject: [Engine, BulkOperations, BulkItems, Leases, EngineMetrics, EngineOptions, LOG],
      useFactory: (
        engine: Engine,
        operations: BulkOperations,
        items: BulkItems,
        leases: Leases,
        { registry }: EngineMetrics,
        { node }: EngineOptions,
        log: Log,
      ) => {
        const round = new BulkRound({ engine, operations, items, metrics: new BulkMetrics(registry), log });
        return new BulkRunner(operations, round, leases, node, log);
      },
    },
  ];
}

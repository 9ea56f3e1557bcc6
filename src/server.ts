import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { ApiModule } from './api/api.module.js';
import { serveDocs } from './api/docs/openapi.js';
import { createHttpAdapter } from './api/http-server.js';
import { NestLog } from './api/nest-log.js';
import { Composition, SCHEDULES, type Schedules } from './composition.js';
import type { Config } from './config/config.js';
import type { Log } from './config/log.js';
import { LoadWatch } from './engine/admission/load-watch.js';
import { BulkRunner } from './engine/bulk/bulk-runner.js';
import { Engine } from './engine/engine.js';
import { Janitor } from './engine/janitor.js';
import { KeyDirectory } from './engine/key-directory.js';
import { ParticipantDirectory } from './engine/participant-directory.js';
import { Peers } from './engine/peers.js';
import { Deliverer } from './engine/webhooks/deliverer.js';
import { Notices } from './participants/notices.js';
import { ParticipantClient } from './participants/participant-client.js';
import { IdempotencyCache } from './queue/idempotency-cache.js';
import { RedisSchedules } from './queue/redis-schedules.js';
import { RequestCounter } from './queue/request-counter.js';
import { WakeQueue } from './queue/wake-queue.js';
import { applyResilienceFile } from './resilience-file.js';
import { Database } from './store/database.js';
import { Journal } from './store/journal.js';
import { Participants } from './store/participants.js';
import { refuseUnguarded } from './unguarded.js';
import { Worker } from './worker/worker.js';

/** A running server process. */
export interface Server {
  readonly url: string;
  /** Drains and closes: calls in flight end, sagas go to others, connections are let go. */
  readonly stop: () => Promise<void>;
}

@Module({})
class Root {}

/** Starts one server process on a database that is up to date. */
export async function startServer(config: Config, log: Log, databaseUrl: string): Promise<Server> {
  await refuseUnguarded(config, databaseUrl);
  const app = await NestFactory.create(
    {
      module: Root,
      imports: [Composition.of(config, log, databaseUrl), ApiModule.register(config.role)],
    },
    createHttpAdapter(config.bodyLimit),
    { bodyParser: false, logger: new NestLog(log), abortOnError: false },
  );
  if (config.role !== 'worker') serveDocs(app);
  await app.get(KeyDirectory).start();
  if (config.resilienceFile !== null) await applyResilienceFile(config.resilienceFile, app.get(Participants), log);

  const engine = app.get(Engine);
  await app.get(ParticipantDirectory).start();
  await app.get(Peers).start();
  engine.start();
  if (config.role !== 'api') {
    await app.get(Worker).start();
    app.get(Deliverer).start();
    app.get(BulkRunner).start();
  }
  app.get(Janitor).start();
  if (config.role !== 'worker') app.get(LoadWatch).start();
  await app.listen(config.port, config.host);
  return { url: await app.getUrl(), stop: () => stop(app) };
}

/** In the order in which things are used: the last to be needed is the last to go. */
async function stop(app: INestApplication): Promise<void> {
  await app.get(BulkRunner).stop();
  await Promise.all([app.get(Engine).drain(), app.get(Deliverer).stop()]);
  await app.close();
  app.get(Janitor).stop();
  app.get(LoadWatch).stop();
  app.get(KeyDirectory).stop();
  app.get(ParticipantDirectory).stop();
  await app.get(Peers).stop();
  await app.get(WakeQueue).close();
  app.get(IdempotencyCache).close();
  app.get(RequestCounter).close();
  await app.get(Notices).close();
  await app.get(ParticipantClient).close();
  const schedules = app.get<Schedules>(SCHEDULES);
  if (schedules instanceof RedisSchedules) schedules.close();
  await app.get(Journal).close();
  await app.get(Database).close();
}

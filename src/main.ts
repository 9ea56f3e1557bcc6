import 'reflect-metadata';
import cluster from 'node:cluster';
import { ConfigError, readConfig } from './config/read-config.js';
import { startEmbeddedPostgres } from './config/embedded-postgres.js';
import { createLog, type Log } from './config/log.js';
import type { Config } from './config/config.js';
import { armCrashPoint } from './engine/crash-points.js';
import { superviseProcesses } from './processes.js';
import { startServer } from './server.js';
import { migrate } from './store/migrations.js';
import { refuseUnguarded } from './unguarded.js';

/** What stops in the order in which it was started, backwards. */
type Stop = () => Promise<void>;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog(config);
  if (cluster.isPrimary) for (const warning of config.warnings) log.warn(warning);
  if (config.crashAt) armCrashPoint(config.crashAt.point, config.crashAt.pass);

  const stops: Stop[] = [];
  onShutdown(stops, config, log);
  try {
    await boot(config, log, stops);
  } catch (err) {
    await stopAll(stops);
    throw err;
  }
}

async function boot(config: Config, log: Log, stops: Stop[]): Promise<void> {
  const databaseUrl = config.databaseUrl ?? (await embeddedDatabase(config, log, stops));
  if (cluster.isPrimary) await migrate(databaseUrl);

  if (cluster.isPrimary && config.processes > 1) {
    await refuseUnguarded(config, databaseUrl);
    stops.push(superviseProcesses(config.processes, { DATABASE_URL: databaseUrl }, log));
    log.info({ processes: config.processes }, `Skald runs with ${config.processes} processes on port ${config.port}`);
    return;
  }
  const server = await startServer(config, log, databaseUrl);
  stops.push(server.stop);
  log.info(
    { role: config.role, queue: config.redisUrl === null ? 'postgres' : 'redis' },
    `Skald listens on ${server.url}`,
  );
}

async function embeddedDatabase(config: Config, log: Log, stops: Stop[]): Promise<string> {
  const postgres = await startEmbeddedPostgres(config.dataDir);
  stops.push(postgres.stop);
  log.info({ directory: postgres.directory }, 'DATABASE_URL is not set: using the embedded Postgres');
  return postgres.url;
}

function onShutdown(stops: Stop[], config: Config, log: Log): void {
  let isStopping = false;
  const shutDown = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'shutting down: no new work; calls in flight come to their end');
    // Whatever hangs must not keep the process: what it held comes back by its lease.
    setTimeout(() => process.exit(1), config.drainTimeout + 5_000).unref();
    stopAll(stops).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'shutting down went wrong');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', shutDown);
  process.on('SIGINT', shutDown);
}

async function stopAll(stops: Stop[]): Promise<void> {
  while (stops.length > 0) await stops.pop()!();
}

main().catch((err: unknown) => {
  const message =
    err instanceof ConfigError ? err.message : err instanceof Error ? (err.stack ?? err.message) : String(err);
  process.stderr.write(`Skald can not start: ${message}\n`);
  process.exit(1);
});

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BankModule, type MakeBarrier } from './bank.module.js';
import type { Settings } from './settings.js';

/**
 * Opens a bank: it is ready when this is fulfilled, and ends with SIGTERM or SIGINT.
 * @param makeBarrier default: a barrier in the bank's own Postgres
 */
export async function openBank(settings: Settings, makeBarrier?: MakeBarrier): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    BankModule.of(settings, makeBarrier),
    new FastifyAdapter(),
    { logger: ['error', 'warn'] },
  );
  app.enableShutdownHooks();
  await app.listen(settings.port, '127.0.0.1');
  return app;
}

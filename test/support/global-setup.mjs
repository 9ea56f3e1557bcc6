import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPostgres, findRedis } from './find-services.mjs';

const EMBEDDED = new URL('../../dist/config/embedded-postgres.js', import.meta.url);

/**
 * Finds or starts what the `int` and `e2e` suites need, once for a run, and publishes it to the workers by environment:
 * `SKALD_TEST_DATABASE_URL`, `SKALD_TEST_REDIS_URL` (unset when there is no Redis) and `SKALD_TEST_RUN`, which prefixes
 * the names of all databases of this run. `SKALD_REQUIRE=postgres,redis` turns a missing service into a failure.
 */
export default async function setUp() {
  const required = (process.env.SKALD_REQUIRE ?? '').split(',').filter(Boolean);
  const redis = await findRedis();
  if (!redis && required.includes('redis')) throw new Error('SKALD_REQUIRE asks for Redis, but none answers.');
  const postgres = (await findPostgres()) ?? (await startEmbedded());
  process.env.SKALD_TEST_RUN = `skald_test_${randomBytes(4).toString('hex')}`;
  process.env.SKALD_TEST_DATABASE_URL = postgres;
  if (redis) process.env.SKALD_TEST_REDIS_URL = redis;
}

async function startEmbedded() {
  if (!existsSync(EMBEDDED)) throw new Error('No Postgres answers; the embedded one needs a build: npm run build');
  const { startEmbeddedPostgres } = await import(EMBEDDED.href);
  const server = await startEmbeddedPostgres(await mkdtemp(path.join(tmpdir(), 'skald-test-')));
  globalThis.skaldTestPostgres = server;
  return server.url;
}

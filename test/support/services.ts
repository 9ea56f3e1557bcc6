/*
 * What the run's global setup has found or started. Suites ask here and nowhere else, so that a missing service is a
 * skipped suite with a name, or a failure where `SKALD_REQUIRE` says so, but never a silent pass.
 */

/** A Postgres in which tests may create databases. Always there. */
export function postgresUrl(): string {
  return published('SKALD_TEST_DATABASE_URL');
}

/** Prefix for the names of everything this run creates in shared services. */
export function runName(): string {
  return published('SKALD_TEST_RUN');
}

/** A Redis that others may use too: prefix your keys, never flush it. Null when there is none. */
export function redisUrl(): string | null {
  return process.env['SKALD_TEST_REDIS_URL'] ?? null;
}

/** A `describe` that needs Redis; without one it is reported as skipped, by name. */
export function describeWithRedis(name: string, suite: (redisUrl: string) => void): void {
  const url = redisUrl();
  if (url) describe(name, () => suite(url));
  else describe.skip(`${name} (needs Redis)`, () => suite('redis://missing.invalid'));
}

function published(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set: is this file named *.int.spec.ts or *.e2e.spec.ts?`);
  return value;
}

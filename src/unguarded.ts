import type { Config } from './config/config.js';
import { unguarded } from './config/read-config.js';
import { isAnyKeyStored } from './store/api-keys.js';

/**
 * Stops a boot that would open the server to everybody: other machines may reach it, the environment names no key, and the
 * database, which is up to date, holds none either.
 * @throws ConfigError
 */
export async function refuseUnguarded(config: Config, databaseUrl: string): Promise<void> {
  if (config.needsStoredKey && !(await isAnyKeyStored(databaseUrl))) throw unguarded(config);
}

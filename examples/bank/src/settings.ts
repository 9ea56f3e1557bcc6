import { BANKS, isBank, type Bank } from './banks.js';

/** By which {@link Settings} are injected. */
export const SETTINGS = Symbol('settings of the bank');

/** What a bank needs to know to run. */
export interface Settings {
  readonly bank: Bank;
  /** Of the bank's own Postgres. */
  readonly databaseUrl: string;
  readonly port: number;
  /** Where Skald is. */
  readonly skaldUrl: string;
  /** What Skald signs its calls to this bank with. */
  readonly secret: string;
}

/**
 * Reads `BANK`, `DATABASE_URL`, `PORT`, `SKALD_URL` (default: http://127.0.0.1:8080) and `BANK_SECRET`.
 * @throws {Error} with a sentence about the first one that is missing or wrong
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const bank = env['BANK'];
  if (!isBank(bank)) throw new Error(`BANK must be one of ${BANKS.join(', ')}`);
  const port = Number(env['PORT']);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error('PORT must be a number from 1 to 65535');
  return {
    bank,
    port,
    databaseUrl: required(env, 'DATABASE_URL'),
    skaldUrl: env['SKALD_URL'] || 'http://127.0.0.1:8080',
    secret: required(env, 'BANK_SECRET'),
  };
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

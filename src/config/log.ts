import { type Logger, pino } from 'pino';
import type { Config } from './config.js';

/** Injection token of the process's logger. */
export const LOG = Symbol('log');

export type Log = Logger;

/** Structured logs on standard output; secrets that could slip into a record are cut out by name. */
export function createLog(config: Pick<Config, 'logLevel' | 'logFormat'>): Log {
  const options = {
    level: config.logLevel,
    base: { pid: process.pid },
    redact: { paths: ['req.headers.authorization', '*.secret', '*.password', '*.apiKey'], censor: '[redacted]' },
  };
  if (config.logFormat === 'json') return pino(options);
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss.l', ignore: 'pid' } },
  });
}

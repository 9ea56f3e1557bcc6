import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.js';

/** Injection token of the process's logger. */
export const LOG = Symbol('log');

export type Log = Logger;

/** Credentials, and what users send and get: nothing of it belongs in a log. */
const SECRETS = [
  ...['authorization', 'cookie', '["set-cookie"]', '["x-api-key"]', 'apiKey', 'secret', 'password', 'token'],
  ...['body', 'input', 'output', 'payload'],
];

/** As fields of a record, and below. */
function atThreeLevels(name: string): string[] {
  return name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`];
}

/**
 * Structured logs; secrets that could slip into a record are cut out by name.
 * @param destination of the lines, in the format `json`. Default: standard output
 */
export function createLog(config: Pick<Config, 'logLevel' | 'logFormat'>, destination?: DestinationStream): Log {
  const options = {
    level: config.logLevel,
    base: { pid: process.pid },
    serializers: { err: errorRecord },
    redact: { paths: SECRETS.flatMap(atThreeLevels), censor: '[redacted]' },
  };
  if (config.logFormat === 'json') return pino(options, destination);
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss.l', ignore: 'pid' } },
  });
}

interface ErrorRecord {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorRecord;
}

/**
 * Of an error what it says, and nothing that hangs on it: drivers attach connections, with their passwords, and
 * statements, with their values.
 */
export function errorRecord(err: unknown, depth = 0): ErrorRecord {
  if (!(err instanceof Error)) return { type: typeof err, message: String(err) };
  const { code } = err as { code?: unknown };
  return {
    type: err.name,
    ...(typeof code === 'string' && { code }),
    message: err.message,
    ...(err.stack !== undefined && { stack: err.stack }),
    ...(err.cause !== undefined && depth < 4 && { cause: errorRecord(err.cause, depth + 1) }),
  };
}

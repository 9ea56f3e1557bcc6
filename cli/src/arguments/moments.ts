import type { Duration } from '@skald/sdk';
import { UsageFailure } from '../failure.js';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LENGTH = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A duration as Skald writes it: `250ms`, `5s`, `15m`, `24h`, `7d`. */
export function duration(text: string): Duration {
  if (LENGTH.test(text)) return text as Duration;
  throw new UsageFailure(`"${text}" must be a duration such as 250ms, 5s, 15m, 24h or 7d`);
}

/** An instant (RFC 3339), or how long ago it was (`15m`). */
export function moment(text: string, now: number = Date.now()): string {
  const [, amount, unit] = LENGTH.exec(text) ?? [];
  if (unit !== undefined) return new Date(now - Number(amount) * UNITS[unit]!).toISOString();
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  throw new UsageFailure(`"${text}" must be an instant such as 2026-11-23T12:00:00Z, or an age such as 15m`);
}

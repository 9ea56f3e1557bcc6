import { availableParallelism } from 'node:os';

/*
 * From the text of a variable to its value; `undefined` when the text can't be read.
 * This folder imports nothing of ours, so it has its own few lines for durations.
 */

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES = { '': 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

export function asText(text: string): string {
  return text;
}

export function asWholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A number, or `auto` for one per CPU this process may use. */
export function asCount(text: string): number | undefined {
  return text === 'auto' ? availableParallelism() : asWholeNumber(text);
}

/** `250ms`, `5s`, `15m`, `24h`, `7d` in ms. */
export function asDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return amount === undefined
    ? undefined
    : Math.round(Number(amount) * MILLISECONDS[unit as keyof typeof MILLISECONDS]);
}

/** `65536`, `64KiB`, `1MiB` in bytes. */
export function asBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,12}) ?(KiB|MiB|GiB|)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * BYTES[unit as keyof typeof BYTES];
}

export function asList(text: string): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A URL without a trailing slash, so that paths can be appended to it. */
export function asBaseUrl(text: string): string {
  return text.replace(/\/+$/, '');
}

/** Where a process kills itself, for crash tests: at the `pass`-th passing of `point`. */
export interface CrashPoint {
  readonly point: string;
  readonly pass: number;
}

/** `before-append:3`; the number may be left out and is then 1. */
export function asCrashPoint(text: string): CrashPoint | undefined {
  const [, point, pass = '1'] = /^([a-z][a-z-]*)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
  return point === undefined ? undefined : { point, pass: Number(pass) };
}

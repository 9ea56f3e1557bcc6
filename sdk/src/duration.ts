/** A length of time: a number of milliseconds, or a text of Skald's definitions: `250ms`, `5s`, `15m`, `24h`, `7d`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds.
 * @throws {TypeError} if it is neither a text of that form nor a number of milliseconds, 0 or more
 */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
    if (amount !== undefined) return Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  throw new TypeError(
    `${JSON.stringify(duration)} is no duration: give milliseconds, or a text like '250ms', '5s', '24h'`,
  );
}

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest duration that is accepted: ten years of 365 days, in ms. */
export const MAX_DURATION = 3650 * UNITS.d;

const PATTERN = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)$/;

/**
 * Reads a duration such as `250ms`, `1.5s`, `15m`, `24h` or `7d`.
 * @returns whole ms, rounded, from 0 to {@link MAX_DURATION}; `null` when the text is anything else
 */
export function parseDuration(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const match = PATTERN.exec(text);
  if (!match) return null;
  const duration = Math.round(Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]);
  return duration <= MAX_DURATION ? duration : null;
}

/**
 * Writes a duration in its largest whole unit: `90000` is `90s`, `3600000` is `1h`.
 * {@link parseDuration} reads it back. Fractions of a ms are rounded away; 0 is `0ms`.
 */
export function formatDuration(ms: number): string {
  const rounded = Math.round(ms);
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (rounded >= UNITS[unit] && rounded % UNITS[unit] === 0) return `${rounded / UNITS[unit]}${unit}`;
  }
  return `${rounded}ms`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time in ms as people say it: `3d`, `17m`, `250ms`. */
export function span(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const [unit, length] = UNITS.find(([, size]) => whole >= size) ?? ['ms', 1];
  return `${Math.floor(whole / length)}${unit}`;
}

/** How long ago an instant was. `null` stays open. */
export function age(instant: string | null | undefined, now: number): string {
  return instant == null ? '-' : span(now - Date.parse(instant));
}

/** The time of day of an instant, UTC, to the millisecond. */
export function clock(instant: string): string {
  return instant.slice(11, 23);
}

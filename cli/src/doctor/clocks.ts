import { fail, ok, warn, type Finding } from './finding.js';

/** Signatures and expiries take half a minute of difference; from there on they fail. In ms. */
const HARMLESS = 5_000;
const HARMFUL = 30_000;

/**
 * Compares a clock with this machine's.
 * @param precision how exact the other one tells its time, ms
 */
export function judgeClock(check: string, ahead: number, precision = 0): Finding {
  const off = Math.max(0, Math.abs(ahead) - precision);
  const told = `${(Math.abs(ahead) / 1_000).toFixed(1)} s ${ahead < 0 ? 'behind' : 'ahead of'} this machine's clock`;
  if (off <= HARMLESS) return ok(check, "agrees with this machine's clock");
  const mend = 'let all machines keep their time by NTP';
  return off <= HARMFUL
    ? warn(check, `is ${told}: ${mend}`)
    : fail(check, `is ${told}: signatures and expiries fail; ${mend}`);
}

import { UsageFailure } from '../failure.js';

/** Collects `name=value` of an option that may be given many times. */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageFailure(`"${text}" must be name=value`);
  const name = text.slice(0, at);
  if (Object.hasOwn(before, name)) throw new UsageFailure(`${name} is given twice`);
  return { ...before, [name]: text.slice(at + 1) };
}

/** Collects the texts of an option that may be given many times. */
export function each(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** A whole number, 0 or more. */
export function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageFailure(`"${text}" must be a whole number`);
}

/** A whole number, 1 or more. */
export function positive(text: string): number {
  const number = count(text);
  if (number > 0) return number;
  throw new UsageFailure(`"${text}" must be a whole number from 1`);
}

/** A share, 0 to 1. */
export function ratio(text: string): number {
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (number <= 1) return number;
  throw new UsageFailure(`"${text}" must be a number from 0 to 1`);
}

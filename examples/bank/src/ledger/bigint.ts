import type { ValueTransformer } from 'typeorm';

/** A `bigint` of Postgres comes as a text, for it may not fit a number. */
export const BIGINT: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: unknown) => (typeof value === 'bigint' ? String(value) : value),
};

import type { SagaStatus } from '../saga/state.js';
import { firstIdAt } from './id-range.js';
import { UUID } from './saga-row.js';
import { keyOf } from './page.js';

/** What a list of sagas is narrowed to; what is absent doesn't matter. */
export interface SagaFilter {
  /** Any of these. */
  readonly status?: readonly SagaStatus[];
  readonly definition?: string;
  readonly version?: number;
  readonly businessKey?: string;
  /** All of these. */
  readonly tags?: { readonly [key: string]: string };
  /** What the saga is stuck at or keeps trying: the step, its participant, the error's fingerprint. */
  readonly step?: string;
  readonly participant?: string;
  readonly error?: string;
  /** True: sagas that keep trying; false: the others. */
  readonly retrying?: boolean;
  readonly paused?: boolean;
  /** Stuck, or trying again and again, since before this. Epoch ms, exclusive. */
  readonly troubleBefore?: number;
  /** Epoch ms, inclusive. */
  readonly startedAfter?: number;
  /** Epoch ms, exclusive. */
  readonly startedBefore?: number;
}

/** An id is made by the clock of the process that took the start; this is how far that may be off, ms. */
const CLOCK_SLACK = 24 * 3_600_000;

/** The filter as SQL over `skald.sagas saga`, with its parameters. */
export function conditions(filter: SagaFilter, cursor?: string): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const all: string[] = [];
  /** `?` stands for the value. */
  const add = (sql: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    all.push(sql.replaceAll('?', `$${values.length}`));
  };

  add('saga.id < ?::uuid', cursor === undefined ? undefined : keyOf(cursor, UUID));
  add('saga.status = any(?::text[])', filter.status);
  add('saga.definition = ?', filter.definition);
  add('saga.version = ?', filter.version);
  add('saga.business_key = ?', filter.businessKey);
  add('saga.tags @> ?::jsonb', filter.tags && JSON.stringify(filter.tags));
  // Said outright, so that the index over the few sagas in trouble can be used.
  if (isAboutTrouble(filter)) all.push('saga.attention is not null');
  add(`saga.attention ->> 'step' = ?`, filter.step);
  add(`saga.attention ->> 'participant' = ?`, filter.participant);
  add(`saga.attention ->> 'fingerprint' = ?`, filter.error);
  add(`coalesce(saga.attention ->> 'kind' = 'retrying', false) = ?`, filter.retrying);
  add('saga.paused = ?', filter.paused);
  add(`(saga.attention ->> 'since')::float8 < ?::float8`, filter.troubleBefore);
  add('saga.started_at >= to_timestamp(?::float8 / 1000)', filter.startedAfter);
  add('saga.started_at < to_timestamp(?::float8 / 1000)', filter.startedBefore);
  // Ids are ordered by time too, which spares the list whole partitions.
  add('saga.id >= ?::uuid', filter.startedAfter && firstIdAt(filter.startedAfter - CLOCK_SLACK));
  add('saga.id < ?::uuid', filter.startedBefore && firstIdAt(filter.startedBefore + CLOCK_SLACK));

  return { where: all.length > 0 ? `where ${all.join(' and ')}` : '', values };
}

function isAboutTrouble({ step, participant, error, retrying, troubleBefore }: SagaFilter): boolean {
  return [step, participant, error, troubleBefore].some((wanted) => wanted !== undefined) || retrying === true;
}

import type { SagaStatus } from './saga.js';

/** Which sagas; all of it must hold. */
export interface SagaFilter {
  /** In this status, or in one of these. */
  readonly status?: SagaStatus | readonly SagaStatus[];
  /** Name of their definition. */
  readonly definition?: string;
  /** Version of their definition. */
  readonly version?: number;
  readonly businessKey?: string;
  /** With all of these tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** That are stuck at this step, or keep trying it. */
  readonly step?: string;
  /** That are stuck at this participant, or keep trying it. */
  readonly participant?: string;
  /** Fingerprint of the error that they are stuck at, or keep meeting. */
  readonly error?: string;
  /** `true`: that wait for another attempt after one that failed; `false`: the others. */
  readonly retrying?: boolean;
  /** `true`: that an operator holds back; `false`: the others. */
  readonly paused?: boolean;
  /** Stuck, or failing to get on, since before then. */
  readonly troubleBefore?: Date | string;
  /** Started then or later. */
  readonly startedAfter?: Date | string;
  /** Started before. */
  readonly startedBefore?: Date | string;
}

/** The filter as query parameters. */
export function queryOf({ tags = {}, ...fields }: SagaFilter): Record<string, string> {
  const query = textsOf(fields);
  for (const [name, value] of Object.entries(tags)) query[`tag.${name}`] = value;
  return query;
}

/** Fields that are given, as texts. */
export function textsOf(fields: object): Record<string, string> {
  const texts: Record<string, string> = {};
  const given = fields as Readonly<Record<string, SagaFilter[Exclude<keyof SagaFilter, 'tags'>]>>;
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) texts[name] = value instanceof Date ? value.toISOString() : String(value);
  }
  return texts;
}

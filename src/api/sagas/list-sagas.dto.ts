import { IsDateString, IsIn, IsOptional, IsString, Matches, MaxLength, ValidateBy } from 'class-validator';
import type { SagaStatus } from '../../saga/state.js';
import type { SagaFilter } from '../../store/saga-conditions.js';
import { invalidRequest } from '../body.pipe.js';
import { ListPage } from '../page.dto.js';

const STATUSES = ['running', 'completed', 'compensating', 'compensated', 'stuck'];

/** Filters of `GET /v1/sagas`; all of them must hold. `tag.<name>=value` filters by tag. */
export class ListSagas extends ListPage {
  static readonly openFields = /^tag\../;

  /** One status, or several separated by commas. */
  @IsOptional()
  @ValidateBy({
    name: 'status',
    validator: {
      validate: (text) =>
        String(text)
          .split(',')
          .every((status) => STATUSES.includes(status)),
      defaultMessage: () => `must be of ${STATUSES.join(', ')}`,
    },
  })
  status?: string;

  @IsOptional()
  @IsString({ message: 'must be given once' })
  definition?: string;

  @IsOptional()
  @Matches(/^[1-9]\d{0,8}$/, { message: 'must be a whole number from 1' })
  version?: string;

  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(255, { message: 'must be a text of at most 255 characters' })
  businessKey?: string;

  /** Sagas that are stuck at this step, or keep trying it. */
  @IsOptional()
  @IsString({ message: 'must be given once' })
  step?: string;

  /** Sagas that are stuck at this participant, or keep trying it. */
  @IsOptional()
  @IsString({ message: 'must be given once' })
  participant?: string;

  /** Fingerprint of the error that a saga is stuck at or keeps meeting. */
  @IsOptional()
  @IsString({ message: 'must be given once' })
  error?: string;

  /** `true`: sagas that wait for their next attempt after one that failed. */
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  retrying?: string;

  /** `true`: sagas that an operator has paused. */
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'must be true or false' })
  paused?: string;

  /** Sagas that have been stuck, or have kept trying, since before this instant. */
  @IsOptional()
  @IsDateString({}, { message: 'must be an instant such as 2026-11-23T12:00:00Z' })
  troubleBefore?: string;

  @IsOptional()
  @IsDateString({}, { message: 'must be an instant such as 2026-11-23T12:00:00Z' })
  startedAfter?: string;

  @IsOptional()
  @IsDateString({}, { message: 'must be an instant such as 2026-11-23T12:00:00Z' })
  startedBefore?: string;
}

/** @param raw the query as it came, for the tags: their names are the user's */
export function filterOf(query: ListSagas, raw: Record<string, unknown>): SagaFilter {
  const { status, definition, version, businessKey, step, participant, error } = query;
  const tags = tagsOf(raw);
  return {
    ...(status !== undefined && { status: status.split(',') as SagaStatus[] }),
    ...(definition !== undefined && { definition }),
    ...(version !== undefined && { version: Number(version) }),
    ...(businessKey !== undefined && { businessKey }),
    ...(step !== undefined && { step }),
    ...(participant !== undefined && { participant }),
    ...(error !== undefined && { error }),
    ...(query.retrying !== undefined && { retrying: query.retrying === 'true' }),
    ...(query.paused !== undefined && { paused: query.paused === 'true' }),
    ...(query.troubleBefore !== undefined && { troubleBefore: Date.parse(query.troubleBefore) }),
    ...(query.startedAfter !== undefined && { startedAfter: Date.parse(query.startedAfter) }),
    ...(query.startedBefore !== undefined && { startedBefore: Date.parse(query.startedBefore) }),
    ...(Object.keys(tags).length > 0 && { tags }),
  };
}

function tagsOf(raw: Record<string, unknown>): { [key: string]: string } {
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!name.startsWith('tag.')) continue;
    if (typeof value !== 'string') throw invalidRequest([{ pointer: `/${name}`, detail: 'must be given once' }]);
    tags[name.slice('tag.'.length)] = value;
  }
  return tags;
}

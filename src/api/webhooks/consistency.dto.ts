import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { durationOf, IsDurationUpTo } from '../duration.js';

/** Longest time that one read may wait, and how long it does unless it says so, in ms. */
const LONGEST_WAIT = 30_000;
const DEFAULT_WAIT = 10_000;

/** What `GET /v1/sagas/{id}` takes. */
export class ReadSaga {
  /** `synced`: answer when all webhooks that want the saga's events have what it has come to. */
  @ApiProperty({ enum: ['synced'], required: false })
  @IsOptional()
  @IsIn(['synced'], { message: 'must be synced' })
  consistency?: 'synced';

  /** How long to wait for that at most, up to `30s`. Default `10s`. */
  @IsOptional()
  @IsDurationUpTo(LONGEST_WAIT)
  timeout?: string;
}

/** How far the webhooks are that want the events of a saga, by their names. */
export class ConsistencyDto {
  /** All of them have everything up to the saga's `seq`. */
  synced: boolean;
  /** Those that have not got everything yet. */
  pending: string[];
  /** Those for which an event of this saga was given up. */
  failed: string[];
}

export function timeoutOf({ timeout }: ReadSaga): number {
  return durationOf(timeout, DEFAULT_WAIT);
}

import { ApiProperty } from '@nestjs/swagger';
import type { OrderVerb } from '../../saga/order.js';
import type { SagaStatus } from '../../saga/state.js';
import type { BulkOutcome, BulkStatus } from '../../store/bulk-operation.js';

const ANY_OBJECT = { type: 'object', additionalProperties: true } as const;

export class BulkCountsDto {
  /** All that the filter met at the start; the sum of `waiting`, `ordered` and `refused`. */
  selected: number;
  /** Their turn has not come; of an operation that has ended: they were left alone. */
  waiting: number;
  /** Have taken the order; the sum of the four below. */
  ordered: number;
  /** Have made no attempt since that would tell what the order was worth. */
  pending: number;
  succeeded: number;
  /** Are stuck, or try again, after the next attempt. */
  failed: number;
  /** Have made no attempt within ten minutes. Counts as a failure. */
  undecided: number;
  /** Would not take the order, and are as they were. */
  refused: number;
}

/** One order to many sagas, and how far it has come. */
export class BulkDto {
  id: string;
  /** `stopped`: too many have failed, see `stopReason`. The last three are final. */
  status: BulkStatus;
  @ApiProperty(ANY_OBJECT)
  filter: object;
  action: OrderVerb;
  @ApiProperty(ANY_OBJECT)
  params: object;
  reason: string;
  /** Who started it. */
  by: string;
  counts: BulkCountsDto;
  canary: number;
  ratePerSecond: number;
  stopOnFailureRatio: number;
  startedAt: string;
  finishedAt: string | null;
  stopReason: string | null;
}

/** One saga of an operation. */
export class BulkItemDto {
  saga: string;
  outcome: BulkOutcome;
  /** Why it failed or was refused. */
  code: string | null;
  message: string | null;
  fingerprint: string | null;
  /** Of the saga, when the outcome was seen. */
  status: SagaStatus | null;
  at: string | null;
}

export class ForecastGroupDto {
  definition: string;
  status: SagaStatus;
  /** At which they are stuck, or which they keep trying. */
  step: string | null;
  count: number;
}

export class ForecastRefusalDto {
  code: string;
  message: string;
  count: number;
  /** The id of one of them. */
  sample: string;
}

/** What an operation would be about. Nothing was ordered. */
export class ForecastDto {
  @ApiProperty({ enum: [true] })
  dryRun: true;
  @ApiProperty(ANY_OBJECT)
  filter: object;
  action: OrderVerb;
  @ApiProperty(ANY_OBJECT)
  params: object;
  /** Sagas that meet the filter, exactly. */
  count: number;
  groups: ForecastGroupDto[];
  /** The ids of the first ten. */
  sample: string[];
  /** How many were asked whether they would take the order: the first 1,000 at most. */
  judged: number;
  refusals: ForecastRefusalDto[];
}

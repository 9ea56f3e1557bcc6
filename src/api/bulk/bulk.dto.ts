import { Allow, IsBoolean, IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { OrderVerb } from '../../saga/order.js';
import { OrderSaga } from '../admin/orders.dto.js';
import { ListPage } from '../page.dto.js';
import { SelectSagas } from '../sagas/select-sagas.dto.js';
import { BULK_OUTCOMES, type BulkOutcome } from '../../store/bulk-operation.js';
import { ACTIONS } from './bulk-orders.js';

const CANARY = 'must be a whole number from 0 to 10000';
const RATE = 'must be a number from 0.1 to 1000';
const RATIO = 'must be a number from 0 to 1';

/** `{all: true}`: said outright, so that nobody means all sagas by mistake. */
export class AllSagas {
  @ApiProperty({ enum: [true] })
  all: true;
}

/** What `POST /v1/admin/bulk` takes. */
export class StartBulk extends OrderSaga {
  /** Which sagas: the filters of `GET /v1/sagas`, or `{"all": true}`. What meets them now is settled, page sizes don't matter. */
  @ApiProperty({ anyOf: [{ $ref: getSchemaPath(SelectSagas) }, { $ref: getSchemaPath(AllSagas) }] })
  @Allow()
  filter: object;

  /** The verb of the order to each of them. */
  @IsIn(ACTIONS, { message: `must be one of ${ACTIONS.join(', ')}` })
  action: OrderVerb;

  /** What the verb takes beside `reason`: `step` and `output` of `skip`, `outcome` of `resolve`, `step`, `path` … of `rebind`. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  @Allow()
  params?: object;

  /** Only tell what it would be about, and who would refuse. Default false. */
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  dryRun?: boolean;

  /** So many sagas come first; the others follow if those fared well. 0: no such trial. Default 5. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @Max(10_000, { message: CANARY })
  @Min(0, { message: CANARY })
  @IsInt({ message: CANARY })
  canary?: number;

  /** Orders per second. Default 50. */
  @IsOptional()
  @Max(1_000, { message: RATE })
  @Min(0.1, { message: RATE })
  @IsNumber({ allowInfinity: false, allowNaN: false }, { message: RATE })
  ratePerSecond?: number;

  /** Stops when more than this share of the outcomes are failures: among the canaries, and later of 10 or more. Default 0.1. */
  @IsOptional()
  @Max(1, { message: RATIO })
  @Min(0, { message: RATIO })
  @IsNumber({ allowInfinity: false, allowNaN: false }, { message: RATIO })
  stopOnFailureRatio?: number;
}

/** What `GET /v1/admin/bulk/{id}/items` takes. */
export class ListItems extends ListPage {
  /** Only those of this outcome. */
  @IsOptional()
  @IsIn(BULK_OUTCOMES, { message: `must be one of ${BULK_OUTCOMES.join(', ')}` })
  outcome?: BulkOutcome;
}

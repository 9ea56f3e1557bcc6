import { Equals, IsIn, IsOptional, IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import type { Json } from '../../saga/json.js';
import { AnyJson } from '../docs/described.js';

/** What `POST /v1/sagas/{id}/cancel` takes. */
export class CancelSaga {
  /** Why; it is kept in the journal and passed to every compensation. */
  @MaxLength(1_000, { message: 'must be a text of at most 1000 characters' })
  @MinLength(1, { message: 'say why: a text of at most 1000 characters' })
  reason: string;
}

/** What a participant reports through its callback URL. */
export class ReportResult {
  @IsIn(['succeeded', 'rejected'], { message: 'must be succeeded or rejected' })
  status: 'succeeded' | 'rejected';

  @AnyJson("The step's output, when it succeeded", false)
  @IsOptional()
  @ValidateIf((result: ReportResult) => result.status === 'rejected')
  @Equals(undefined, { message: 'goes with status succeeded only' })
  output?: Json;

  /** Why not, when it was rejected. */
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @MaxLength(1_000, { message: 'must be a text of at most 1000 characters' })
  reason?: string;
}

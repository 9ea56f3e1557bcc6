import { IsIn, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';
import type { Operation } from '../../saga/definition.js';
import type { Json } from '../../saga/json.js';
import { AnyJson } from '../docs/described.js';

/** What every verb takes. */
export class OrderSaga {
  /** Why; it is kept in the journal and in the audit trail. */
  @MaxLength(1_000, { message: 'must be a text of at most 1000 characters' })
  @MinLength(1, { message: 'say why: a text of at most 1000 characters' })
  @IsString({ message: 'say why: a text of at most 1000 characters' })
  reason: string;
}

const STEP = 'must be the name of a step';

/** What `POST /v1/admin/sagas/{id}/skip` takes. */
export class SkipStep extends OrderSaga {
  /** The step that is under way or stuck. */
  @MaxLength(63, { message: STEP })
  @MinLength(1, { message: STEP })
  @IsString({ message: STEP })
  step: string;

  @AnyJson('What the step came to, for the steps after it that read its output', false)
  @IsOptional()
  output?: Json;
}

/** What `POST /v1/admin/sagas/{id}/resolve` takes. */
export class ResolveSaga extends OrderSaga {
  /** How it was settled outside the system. */
  @IsIn(['completed', 'compensated'], { message: 'must be completed or compensated' })
  outcome: 'completed' | 'compensated';
}

/** What `POST /v1/admin/sagas/{id}/rebind` takes: at least one of `participant`, `path` and `body`. */
export class RebindStep extends OrderSaga {
  @MaxLength(63, { message: STEP })
  @MinLength(1, { message: STEP })
  @IsString({ message: STEP })
  step: string;

  /** Default: the one that the step is stuck at or has under way; else the action if it is yet to come, else the compensation. */
  @IsOptional()
  @IsIn(['action', 'compensation'], { message: 'must be action or compensation' })
  operation?: Operation;

  /** Who is asked from now on. With the action's goes the compensation's. */
  @IsOptional()
  @Matches(/^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/, { message: 'must be the name of a participant' })
  participant?: string;

  /** As in a definition: a path, or an expression for one. */
  @IsOptional()
  @MaxLength(4_000, { message: 'must be a path of at most 4000 characters' })
  @IsString({ message: 'must be a path that begins with a slash, or an expression for one' })
  path?: string;

  @AnyJson('As in a definition: any JSON, with expressions in it', false)
  @IsOptional()
  body?: Json;
}

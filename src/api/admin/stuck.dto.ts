import { IsOptional, IsString, MaxLength } from 'class-validator';

/** Filters of `GET /v1/admin/stuck`; all of them must hold. */
export class ListStuck {
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(63, { message: 'must be the name of a definition' })
  definition?: string;

  /** Sagas that are stuck at this participant. */
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(63, { message: 'must be the name of a participant' })
  participant?: string;

  /** Sagas that are stuck at this step. */
  @IsOptional()
  @IsString({ message: 'must be given once' })
  @MaxLength(63, { message: 'must be the name of a step' })
  step?: string;
}

/** Sagas that are stuck for the same cause at the same place. */
export class StuckGroupDto {
  /** Of the error; `GET /v1/sagas?error=` and bulk operations take it as a filter. */
  fingerprint: string;
  definition: string;
  /** `null`: the sagas as a whole were set aside. */
  step: string | null;
  operation: 'action' | 'compensation' | null;
  code: string;
  /** As the sample has it. */
  message: string;
  count: number;
  /** Since when the first of them has been stuck. */
  oldest: string;
  /** Id of the saga that has been stuck for longest. */
  sample: string;
}

export class StuckGroupsDto {
  /** The biggest first; at most 200. */
  items: StuckGroupDto[];
}

import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsString, MaxLength, MinLength } from 'class-validator';

/** What an operator may say of a breaker; `auto` takes an order back. */
export const BREAKER_WORDS = ['auto', 'forced-open', 'forced-closed'] as const;

/** What `PUT /v1/admin/participants/{name}/breaker` takes. */
export class OrderBreaker {
  /** `auto`: it decides by itself. */
  @ApiProperty({ enum: BREAKER_WORDS })
  @Allow()
  state: unknown;

  /** Why; it is kept with the order. */
  @MaxLength(1_000, { message: 'must be a text of at most 1000 characters' })
  @MinLength(1, { message: 'say why: a text of at most 1000 characters' })
  @IsString({ message: 'say why: a text of at most 1000 characters' })
  reason: string;
}

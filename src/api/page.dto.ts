import { IsOptional, IsString, MaxLength, ValidateBy } from 'class-validator';

/** One page of a list. `nextCursor` is `null` on the last one. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/** What every list takes. */
export class ListPage {
  /** 1–200, default 50. */
  @IsOptional()
  @ValidateBy({
    name: 'limit',
    validator: {
      validate: (text) => /^\d{1,3}$/.test(String(text)) && Number(text) >= 1 && Number(text) <= MAX_LIMIT,
      defaultMessage: () => `must be a whole number from 1 to ${MAX_LIMIT}`,
    },
  })
  limit?: string;

  /** `nextCursor` of the page before. */
  @IsOptional()
  @IsString({ message: 'must be the nextCursor of another page' })
  @MaxLength(200, { message: 'must be the nextCursor of another page' })
  cursor?: string;
}

export function limitOf({ limit }: ListPage): number {
  return limit === undefined ? DEFAULT_LIMIT : Number(limit);
}

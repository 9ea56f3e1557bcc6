import { IsInt, IsObject, IsOptional, Matches, Max, MaxLength, Min, MinLength, ValidateBy } from 'class-validator';
import type { Json } from '../../saga/json.js';
import { AnyJson } from '../docs/described.js';

const MAX_TAGS = 32;

/** What `POST /v1/sagas` takes. */
export class StartSaga {
  /** Name of a stored definition. */
  @Matches(/^[a-z][a-z0-9-]{0,62}$/, {
    message: 'must be the name of a definition: a-z, 0-9 and -, beginning with a letter',
  })
  definition: string;

  /** Version of the definition; the latest when absent. */
  @IsOptional()
  @IsInt({ message: 'must be a whole number' })
  @Min(1, { message: 'versions begin at 1' })
  @Max(2_147_483_647, { message: 'there is no such version' })
  version?: number;

  @AnyJson("Any JSON that meets the definition's input schema; `{}` when absent", false)
  @IsOptional()
  input?: Json;

  /** How your own system calls this transaction; sagas can be found by it. */
  @IsOptional()
  @MinLength(1, { message: 'must not be empty' })
  @MaxLength(255, { message: 'must be a text of at most 255 characters' })
  businessKey?: string;

  /** While a saga with this key is open, another one is refused. */
  @IsOptional()
  @MinLength(1, { message: 'must not be empty' })
  @MaxLength(255, { message: 'must be a text of at most 255 characters' })
  concurrencyKey?: string;

  /** Texts by which sagas can be found. */
  @IsOptional()
  @IsObject({ message: 'must be an object' })
  @ValidateBy({
    name: 'tags',
    validator: {
      validate: (tags) => areTags(tags),
      defaultMessage: () => `must be at most ${MAX_TAGS} texts of up to 255 characters, each under a name of up to 63`,
    },
  })
  tags?: { [key: string]: string };
}

function areTags(tags: unknown): boolean {
  if (typeof tags !== 'object' || tags === null) return false;
  const entries = Object.entries(tags);
  return (
    entries.length <= MAX_TAGS &&
    entries.every(([key, value]) => key.length <= 63 && typeof value === 'string' && value.length <= 255)
  );
}

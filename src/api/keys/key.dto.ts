import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsRFC3339, IsString, Length } from 'class-validator';
import { API_ROLES, type ApiRole } from '../../config/api-key.js';
import { IsDurationUpTo, LONGEST_OVERLAP } from '../duration.js';

const AN_INSTANT = 'must be an instant such as 2027-01-31T12:00:00Z';

/** What `POST /v1/admin/keys` takes. */
export class CreateKey {
  /** Whose it is or what it is for. */
  @Length(1, 200, { message: 'must be a text of 1 to 200 characters' })
  @IsString({ message: 'must be a text of 1 to 200 characters' })
  name: string;

  @ApiProperty({ enum: API_ROLES })
  @IsIn(API_ROLES, { message: `must be of ${API_ROLES.join(', ')}` })
  role: ApiRole;

  /** When it ends by itself; it must lie ahead. Default: never. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, required: false })
  @IsOptional()
  @IsRFC3339({ message: AN_INSTANT })
  expiresAt?: string | null;
}

/** What `POST /v1/admin/keys/{id}/rotate` takes. */
export class RotateKey {
  /** How long the key as it was goes on working, from `0s` to `90d`. Default `24h`. */
  @IsOptional()
  @IsDurationUpTo(LONGEST_OVERLAP)
  expiresPreviousAfter?: string;

  /** When the new one ends by itself. Default: as it was. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, required: false })
  @IsOptional()
  @IsRFC3339({ message: AN_INSTANT })
  expiresAt?: string | null;
}

/** A stored key, without its secret. */
export class KeyDto {
  id: string;
  name: string;
  role: 'viewer' | 'submitter' | 'operator' | 'admin';
  createdAt: string;
  /** Who made it. */
  createdBy: string;
  /** `null`: it does not end by itself. */
  expiresAt: string | null;
  /** Until when the secret before the last rotation works; `null`: it was not rotated. */
  previousExpiresAt: string | null;
  /** `null`: it counts, unless it has expired. */
  revokedAt: string | null;
  /** To the minute; `null`: never. */
  lastUsedAt: string | null;
}

/** A key that was just made or rotated. */
export class NewKeyDto extends KeyDto {
  /** What goes into `Authorization: Bearer`. It is shown here and never again. */
  key: string;
  /** What changes with the first key that is stored. */
  notice?: string;
}

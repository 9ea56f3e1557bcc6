import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Allow, IsIn, IsOptional, IsRFC3339, IsString, Matches } from 'class-validator';
import { IsDurationUpTo, LONGEST_OVERLAP } from '../duration.js';
import { ListPage } from '../page.dto.js';

const AN_INSTANT = 'must be an instant such as 2027-01-31T12:00:00Z';

export const DELIVERY_STATUSES = ['pending', 'synced', 'failed'] as const;

const FILTER: ApiPropertyOptions = {
  type: 'object',
  description:
    'Which events are wanted: those that meet everything given. `definitions`: of one of these; `tags`: with all of ' +
    'these; `types`: with a fact of one of these types or groups (docs/how-to/receive-saga-events.md).',
  selfRequired: false,
  properties: {
    definitions: { type: 'array', maxItems: 100, items: { type: 'string' } },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    types: { type: 'array', maxItems: 100, items: { type: 'string' } },
  },
};

/** What `POST /v1/admin/webhooks` and `PUT /v1/admin/webhooks/{id}` take. */
export class PutWebhook {
  /** Unique; a label of metrics. */
  @Matches(/^[a-z][a-z0-9-]{0,62}$/, {
    message: 'must be a letter and up to 62 letters, digits and hyphens, lower case',
  })
  name: string;

  /** Where events are sent. */
  @IsString({ message: 'must be a URL such as https://orders.example/saga-events' })
  url: string;

  @ApiProperty(FILTER)
  @Allow()
  filter?: unknown;
}

/** What `POST /v1/admin/webhooks/{id}/rotate-secret` takes. */
export class RotateSecret {
  /** How long messages are signed with the secret before as well, from `0s` to `90d`. Default `24h`. */
  @IsOptional()
  @IsDurationUpTo(LONGEST_OVERLAP)
  overlap?: string;
}

/** What `POST /v1/admin/webhooks/{id}/replay` takes. */
export class ReplayWebhook {
  /** Sagas with an event at or after this instant are told again, from that event on. */
  @ApiProperty({ type: String, format: 'date-time' })
  @IsRFC3339({ message: AN_INSTANT })
  from: string;

  /** Only those of them with an event at or before this instant. Default: now. */
  @ApiProperty({ type: String, format: 'date-time', required: false })
  @IsOptional()
  @IsRFC3339({ message: AN_INSTANT })
  to?: string;
}

/** What `GET /v1/admin/webhooks/{id}/deliveries` takes. */
export class ListDeliveries extends ListPage {
  /** Default `pending`. */
  @ApiProperty({ enum: DELIVERY_STATUSES, required: false })
  @IsOptional()
  @IsIn(DELIVERY_STATUSES, { message: `must be of ${DELIVERY_STATUSES.join(', ')}` })
  status?: 'pending' | 'synced' | 'failed';
}

/** A receiver of saga events, without its secret. */
export class WebhookDto {
  id: string;
  name: string;
  url: string;
  @ApiProperty({ type: 'object', additionalProperties: true })
  filter: object;
  /** `disabled`: nothing is sent; events wait for it. */
  state: 'active' | 'disabled';
  /** Why it is disabled. */
  why: string | null;
  disabledAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** Events that were given up lately; a replay brings them again. */
  failed: number;
}

export class NewWebhookDto extends WebhookDto {
  /** Standard Webhooks secret: checks the signatures. Shown once. */
  secret: string;
}

/** What came of an event that was sent to try a receiver out. */
export class WebhookTrialDto {
  delivered: boolean;
  /** Of the answer; `null`: there was none. */
  status: number | null;
  error: string | null;
  /** In ms. */
  latency: number;
}

export class ReplayDto {
  id: string;
  from: string;
  to: string | null;
}

/** Events of one saga on their way to one receiver. */
export class DeliveryDto {
  /** `pending`: of the first that waits; `synced`: of the last that arrived; `failed`: of the one that was given up. */
  id: string;
  saga: string;
  seq: number;
  /** The last entry for which the same holds. */
  toSeq: number;
  status: 'pending' | 'synced' | 'failed';
  /** At the first one, so far. */
  attempts: number;
  /** `pending`: when it is looked at again. */
  nextAttemptAt: string | null;
  since: string;
  lastStatus: number | null;
  lastError: string | null;
}

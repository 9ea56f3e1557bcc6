import { isDateString, IsOptional, IsUUID, Matches, MaxLength, ValidateBy } from 'class-validator';
import type { Json } from '../../saga/json.js';
import type { AuditEntry, AuditFilter } from '../../store/audit-trail.js';
import { AnyJson } from '../docs/described.js';
import { ListPage } from '../page.dto.js';

const NAME = 'must be a text of 1 to 255 printable characters';
const PRINTABLE = /^[^\p{Control}]{1,255}$/u;

/** Filters of `GET /v1/admin/audit`; all of them must hold. */
export class ListAudit extends ListPage {
  @IsOptional()
  @IsUUID(undefined, { message: 'must be the id of a saga' })
  saga?: string;

  /** `key:<id>`, `token:<subject>`, `env:<role>`, `bulk:<id>`, `anonymous` … */
  @IsOptional()
  @Matches(PRINTABLE, { message: NAME })
  actor?: string;

  /** `saga.retry`, `participant.put`, `key.create` …; `saga.*`: all that begin so. */
  @IsOptional()
  @Matches(PRINTABLE, { message: NAME })
  action?: string;

  /** What else it was done to: a participant's name, a key's id … */
  @IsOptional()
  @Matches(PRINTABLE, { message: NAME })
  target?: string;

  /** Only what came after: the `seq` of a row, or an instant. */
  @IsOptional()
  @MaxLength(40, { message: 'must be the seq of a row, or an instant such as 2026-11-23T12:00:00Z' })
  @ValidateBy({
    name: 'after',
    validator: {
      validate: (text) => /^\d{1,15}$/.test(String(text)) || isDateString(text),
      defaultMessage: () => 'must be the seq of a row, or an instant such as 2026-11-23T12:00:00Z',
    },
  })
  after?: string;
}

export function filterOf({ saga, actor, action, target, after }: ListAudit): AuditFilter {
  const isSeq = after !== undefined && /^\d{1,15}$/.test(after);
  return {
    ...(saga !== undefined && { saga }),
    ...(actor !== undefined && { actor }),
    ...(action !== undefined && { action }),
    ...(target !== undefined && { target }),
    ...(isSeq && { afterSeq: Number(after) }),
    ...(after !== undefined && !isSeq && { afterTime: Date.parse(after) }),
  };
}

/** Who did what, to what, and why. */
export class AuditEntryDto {
  /** 1, 2, 3 … without gaps. */
  seq: number;
  /** RFC 3339. */
  at: string;
  actor: string;
  action: string;
  saga: string | null;
  target: string | null;
  reason: string | null;
  @AnyJson('How it was before')
  before: Json;
  @AnyJson('How it was after')
  after: Json;
  requestId: string | null;
  /** SHA-256 over the row and the hash of the row before it, in hex. */
  hash: string;
}

/** Whether the trail is whole. */
export class AuditVerdictDto {
  rows: number;
  intact: boolean;
  /** The first row that was changed or before which one is missing. */
  brokenAt: number | null;
}

export function viewOfEntry(entry: AuditEntry): AuditEntryDto {
  return { ...entry, at: new Date(entry.at).toISOString() };
}

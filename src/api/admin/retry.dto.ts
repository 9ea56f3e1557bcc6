import { IsString, MaxLength, MinLength } from 'class-validator';

/** What `POST /v1/admin/sagas/{id}/retry` takes. */
export class RetrySaga {
  /** Why; it is kept in the journal. */
  @MaxLength(1_000, { message: 'must be a text of at most 1000 characters' })
  @MinLength(1, { message: 'say why: a text of at most 1000 characters' })
  @IsString({ message: 'say why: a text of at most 1000 characters' })
  reason: string;
}

import { BadRequestException, Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { euros } from './amount.js';
import { Audit } from './audit.js';
import type { Entry, EntryKind } from './entry.entity.js';

/** How the books stand, in euros. */
export interface BooksView {
  readonly customers: string;
  readonly own: { readonly vault: string; readonly transit: string; readonly clearing: string };
  readonly total: string;
  readonly disagreements: number;
}

export interface EntryView {
  readonly id: string;
  readonly sagaId: string | null;
  readonly kind: EntryKind;
  /** Two, that sum up to zero. */
  readonly postings: readonly { readonly account: string; readonly amount: string }[];
}

const PAGE = 5_000;

@Controller('audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  async books(): Promise<BooksView> {
    const { customers, own, total, disagreements } = await this.audit.books();
    const { vault, transit, clearing } = own;
    return {
      customers: euros(customers),
      own: { vault: euros(vault), transit: euros(transit), clearing: euros(clearing) },
      total: euros(total),
      disagreements,
    };
  }

  /** A page of all entries; the next one is asked for by the last id of this one. */
  @Get('entries')
  async entries(@Query('after') after = '0'): Promise<EntryView[]> {
    if (!/^\d{1,18}$/.test(after)) throw new BadRequestException('after must be the id of an entry');
    return (await this.audit.entries(BigInt(after), PAGE)).map(view);
  }

  @Get('sagas/:id')
  async entriesOf(@Param('id', ParseUUIDPipe) id: string): Promise<EntryView[]> {
    return (await this.audit.entriesOf(id)).map(view);
  }
}

function view({ id, sagaId, kind, from, to, cents }: Entry): EntryView {
  const postings = [
    { account: from, amount: euros(-cents) },
    { account: to, amount: euros(cents) },
  ];
  return { id: String(id), sagaId, kind, postings };
}

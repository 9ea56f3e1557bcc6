import {
  BadRequestException,
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Put,
} from '@nestjs/common';
import { Accounts } from './accounts.js';
import { centsOf, euros, isAmount } from './amount.js';

interface AccountView {
  readonly id: string;
  readonly balance: string;
  readonly currency: 'EUR';
  readonly closed: boolean;
}

@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: Accounts) {}

  @Put(':id')
  async open(@Param('id') id: string, @Body() body: { deposit?: unknown } | null): Promise<AccountView> {
    const deposit = body?.deposit;
    if (deposit !== undefined && !isAmount(deposit))
      throw new BadRequestException('deposit must be a text like "12.34"');
    const isNew = await this.accounts.open(id, deposit === undefined ? 0n : centsOf(deposit));
    if (!isNew) throw new ConflictException(`there is an account ${id} already`);
    return this.show(id);
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<AccountView> {
    const account = await this.accounts.find(id);
    if (!account) throw new NotFoundException(`there is no account ${id}`);
    return { id, balance: euros(account.balance!), currency: 'EUR', closed: account.closedAt !== null };
  }

  @Delete(':id')
  @HttpCode(204)
  async close(@Param('id') id: string): Promise<void> {
    if (!(await this.accounts.close(id))) throw new NotFoundException(`no account ${id} is open`);
  }
}

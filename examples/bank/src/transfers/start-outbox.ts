import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { SkaldClient, typeormOutbox } from '@skald/sdk';
import { DataSource, type EntityManager } from 'typeorm';
import type { Bank } from '../banks.js';
import { transferBetween } from './transfer-saga.js';
import type { Transfer } from './transfer.js';

/** Starts transfers in the bank's own transactions, and brings them to Skald once those have committed. */
@Injectable()
export class StartOutbox implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly outbox;
  private readonly relay;

  constructor(dataSource: DataSource, skald: SkaldClient) {
    this.outbox = typeormOutbox(dataSource);
    this.relay = this.outbox.relay(skald, { timeout: '3s', longestPause: '30s' });
  }

  async onModuleInit(): Promise<void> {
    await this.outbox.migrate();
  }

  onApplicationBootstrap(): void {
    this.relay.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }

  /** @param order its id: what the saga can be found by */
  async start(manager: EntityManager, payer: Bank, payee: Bank, transfer: Transfer, order: string): Promise<void> {
    const definition = transferBetween(payer, payee);
    await this.outbox.startInTransaction(manager, definition, transfer, { businessKey: order });
  }

  /** Makes the relay look now, instead of at its next turn. */
  deliverSoon(): void {
    this.relay.nudge();
  }
}

import { randomUUID } from 'node:crypto';
import { type BatchItem, SkaldClient } from '@skald/sdk';
import { transferBetween } from '../../examples/bank/src/transfers/transfer-saga.js';
import type { Bank } from '../../examples/bank/src/banks.js';
import { sleep } from '../support/waiting.js';
import type { BankProcess } from './bank-process.js';
import { someWish, type Wish } from './customers.js';
import type { Promised } from './judge.js';
import type { Random } from './random.js';

/** Wishes that are sent at a time; of these, every tenth goes to the payer's bank, the others straight to Skald. */
const BATCH = 50;
/** Transfers under way at most, so that there are always some, and they get their turn. */
const MOST_OPEN = 400;
/** The same when there have been enough, and it is only that the last faults shall hit something. */
const MOST_OPEN_AT_LAST = 50;
/** How long (ms) it is tried to have one batch acknowledged. */
const PATIENCE = 60_000;

export interface LoadOptions {
  /** URLs of the servers; when one doesn't answer, another is asked. */
  readonly servers: readonly string[];
  readonly banks: Readonly<Record<Bank, BankProcess>>;
  readonly random: Random;
}

/** Customers who want money moved, and ask again, under the same key, until they hear that it will be. */
export class Load {
  readonly promised: Promised[] = [];
  private readonly clients: readonly SkaldClient[];
  private open = 0;

  constructor(private readonly options: LoadOptions) {
    this.clients = options.servers.map((baseUrl) => new SkaldClient({ baseUrl, retries: 0, attemptTimeout: '5s' }));
  }

  /** How many have ended, about. */
  get ended(): number {
    return this.promised.length - this.open;
  }

  /** Goes on until there are so many, and `isOver` says so. */
  async run(total: number, isOver: () => boolean = () => true): Promise<void> {
    while (this.promised.length < total || !isOver()) {
      this.open = await this.countOpen();
      if (this.open > (this.promised.length < total ? MOST_OPEN : MOST_OPEN_AT_LAST)) await sleep(50);
      else
        await this.promise(
          Array.from({ length: BATCH }, () => ({ ...someWish(this.options.random), key: randomUUID() })),
        );
    }
  }

  private async countOpen(): Promise<number> {
    const { open } = await this.persistently((skald) => skald.admin.stats());
    return Object.values(open).reduce((sum, count) => sum + count, 0);
  }

  private async promise(wishes: readonly (Wish & { readonly key: string })[]): Promise<void> {
    const isOrder = (i: number): boolean => i % 10 === 0;
    const orders = wishes.filter((_, i) => isOrder(i));
    const starts = wishes.filter((_, i) => !isOrder(i));
    const [sagas] = await Promise.all([this.startAll(starts), ...orders.map((order) => this.giveOrder(order))]);
    this.promised.push(...orders, ...starts.map((start) => ({ ...start, saga: sagas.get(start.key)! })));
  }

  /** @returns sagas by their keys */
  private async startAll(wishes: readonly (Wish & { readonly key: string })[]): Promise<Map<string, string>> {
    const sagas = new Map<string, string>();
    await this.persistently(async (skald) => {
      const left = wishes.filter(({ key }) => !sagas.has(key));
      const results = await skald.sagas.startBatch(left.map(startOf));
      results.forEach(({ saga }, i) => saga && sagas.set(left[i]!.key, saga.id));
      const refused = results.find(({ problem }) => problem);
      if (refused) throw new Error(`not started: ${JSON.stringify(refused.problem)}`);
    });
    return sagas;
  }

  private async giveOrder({ payer, payee, transfer, key }: Wish & { readonly key: string }): Promise<void> {
    const { from, to, amount } = transfer;
    await this.persistently(async () => {
      const order = { from, to: { bank: payee, account: to }, amount };
      const answer = await this.options.banks[payer].ask('PUT', `/orders/${key}`, order);
      if (!answer.ok) throw new Error(`order not taken: ${answer.status} ${await answer.text()}`);
    });
  }

  /** Tries until it succeeds, with one server after the other. */
  private async persistently<T>(attempt: (skald: SkaldClient) => Promise<T>): Promise<T> {
    const until = Date.now() + PATIENCE;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt(this.clients[tries % this.clients.length]!);
      } catch (error) {
        if (Date.now() > until) throw error;
        await sleep(50 + 50 * Math.random());
      }
    }
  }
}

function startOf({ payer, payee, transfer, key }: Wish & { readonly key: string }): BatchItem {
  return { definition: transferBetween(payer, payee), input: transfer, idempotencyKey: key, businessKey: key };
}

import { randomUUID } from 'node:crypto';
import { Rejected } from '@skald/sdk';
import type { Service } from './service.js';

interface Bill {
  readonly payer: string;
  /** In cents. */
  readonly amount: number;
}

export interface Receipt {
  readonly receipt: string;
}

/** In cents. */
const LIMIT = 1_000_000;

/** Takes money, and gives it back. */
export async function payments({ participant, redis }: Service): Promise<undefined> {
  const paid = (saga: string): string => `paid:${saga}`;

  participant.action<Bill, Receipt>('/payments', (call, tx) => {
    const { payer, amount } = call.body;
    if (amount > LIMIT) throw new Rejected(`${payer} can't pay as much`, { code: 'over-limit', details: { LIMIT } });
    tx.multi.set(paid(call.sagaId), amount).incrby('revenue', amount);
    return { receipt: randomUUID() };
  });

  participant.compensation('/payments/refund', async (call, tx) => {
    const amount = Number(await redis.get(paid(call.sagaId)));
    tx.multi.decrby('revenue', amount).del(paid(call.sagaId));
  });
}

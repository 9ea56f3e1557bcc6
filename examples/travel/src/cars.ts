import { randomBytes } from 'node:crypto';
import type { Service } from './service.js';
import { Stock } from './stock.js';

interface Driver {
  readonly station: string;
  readonly driver: string;
}

export interface Rental {
  readonly plate: string;
}

/** Cars for hire. */
export async function cars({ participant, redis }: Service): Promise<undefined> {
  const fleet = new Stock(redis);
  await fleet.open({ airport: 50, harbour: 0 });

  participant.action<Driver, Rental>('/rentals', async (call, tx) => {
    await fleet.take(call.body.station, call, tx);
    return { plate: `SAGA ${randomBytes(2).toString('hex').toUpperCase()}` };
  });
  participant.compensation('/rentals/cancel', (call, tx) => fleet.giveBack(call, tx));
}

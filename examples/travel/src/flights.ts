import { randomBytes } from 'node:crypto';
import type { Service } from './service.js';
import { Stock } from './stock.js';

interface Passenger {
  readonly flight: string;
  readonly traveller: string;
}

export interface Ticket {
  readonly ticket: string;
}

/** An airline. */
export async function flights({ participant, redis }: Service): Promise<undefined> {
  const seats = new Stock(redis);
  await seats.open({ SK101: 200, SK102: 200, SK999: 0 });

  participant.action<Passenger, Ticket>('/tickets', async (call, tx) => {
    await seats.take(call.body.flight, call, tx);
    return { ticket: `${call.body.flight}-${randomBytes(3).toString('hex')}` };
  });
  participant.compensation('/tickets/cancel', (call, tx) => seats.giveBack(call, tx));
}

import { Accepted } from '@skald/sdk';
import { FrontDesk, type Request } from './front-desk.js';
import type { Service } from './service.js';
import { Stock } from './stock.js';

export interface Stay {
  readonly room: number;
}

/** Hotels, where people answer: what is asked now is decided later, and told by the callback. */
export async function hotels({ participant, barrier, redis }: Service): Promise<() => Promise<void>> {
  const rooms = new Stock(redis);
  await rooms.open({ Harbour: 20, Atlantic: 0 });
  const desk = new FrontDesk(redis, barrier, rooms, Number(process.env['DECIDES_AFTER'] ?? 2_000));

  participant.action<Request, Stay>('/stays', (call, tx) => {
    desk.ask(call, call.body, call.callback<Stay>(), tx);
    return new Accepted();
  });
  participant.compensation('/stays/cancel', async (call, tx) => {
    await desk.forget(call, tx);
    await rooms.giveBack(call, tx);
  });

  desk.open();
  return () => desk.close();
}

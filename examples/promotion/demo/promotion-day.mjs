import { setTimeout as sleep } from 'node:timers/promises';
import { SkaldClient } from '@skald/sdk';
import { promotionOrder } from '../promotion-order.mjs';
import { readDesks, readEnded, settled } from './accounts.mjs';
import { sendCustomers } from './customers.mjs';
import { phasesOf, SURGE_FACTOR } from './departures.mjs';
import { readMetrics } from './metrics.mjs';
import { reportOn } from './report.mjs';
import { watch } from './watch.mjs';

/** How long (ms) after the surge it is waited for orders to end: a little more than they may take. */
const PATIENCE = 310_000;

/**
 * A promotion day, from an ordinary hour to the last order of the surge.
 * @param {import('../../order/demo/stage.mjs').Stage} stage
 * @param {import('./options.mjs').Options} options
 * @param {(text: string) => void} say
 */
export async function promotionDay(stage, options, say) {
  say('starting Skald and four services …');
  await stage.setUp();
  const skald = new SkaldClient({ baseUrl: stage.skald });
  await skald.definitions.put(promotionOrder);

  const start = Date.now() + 1_000;
  const surge = start + options.before * 1_000;
  const surgeEnd = surge + options.surge * 1_000;
  const over = new AbortController();
  const seeing = watch(stage.skald, over.signal, teller(start, say));
  const telling = tellPhases({ ...options, surge, surgeEnd }, say);
  try {
    const wishes = await sendCustomers(stage.skald, phasesOf(options), start);
    await settled(skald, new Date(start), surgeEnd + PATIENCE);
    await telling;
    over.abort();
    return reportOn({
      wishes,
      surgeEnd,
      ended: await readEnded(skald, new Date(start)),
      lines: await stage.ledgers.read(),
      desks: await readDesks(stage.services),
      metrics: await readMetrics(stage.skald),
      seen: await seeing,
    });
  } finally {
    over.abort();
  }
}

async function tellPhases({ base, surge, surgeEnd }, say) {
  say(`an ordinary day: ${base} orders a second`);
  await sleep(surge - Date.now());
  say(`the promotion begins: ${base * SURGE_FACTOR} orders a second`);
  await sleep(surgeEnd - Date.now());
  say(`the surge is over: ${base} orders a second`);
}

/** Tells every five seconds how many orders are open, and of each change of a breaker. */
function teller(start, say) {
  let [told, openBefore] = [0, ''];
  return (sagas, breakers) => {
    const open = breakers.join(', ');
    if (open === openBefore && Date.now() - told < 5_000) return;
    [told, openBefore] = [Date.now(), open];
    const seconds = Math.max(0, Math.round((Date.now() - start) / 1_000));
    say(`${String(seconds).padStart(5)} s  ${sagas} orders open${open && `; open breakers: ${open}`}`);
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { promotionOrder } from '../promotion-order.mjs';

const OPEN = ['running', 'compensating', 'stuck'];

/**
 * Waits until no order is open any more, `until` at the latest.
 * @param {import('@skald/sdk').SkaldClient} skald
 * @param {Date} startedAfter leaves out those of earlier days
 * @param {number} until ms, epoch
 */
export async function settled(skald, startedAfter, until) {
  while (Date.now() < until && (await isAnyOpen(skald, startedAfter))) await sleep(500);
}

async function isAnyOpen(skald, startedAfter) {
  const filter = { definition: promotionOrder.name, status: OPEN, startedAfter };
  for await (const _ of skald.sagas.list(filter, { pageSize: 1 })) return true;
  return false;
}

/**
 * How one order has ended.
 * @typedef {object} Ended
 * @property {'completed' | 'compensated'} status
 * @property {number} at ms, epoch
 * @property {Map<string, string>} degraded what stood in, by step
 */

/**
 * @param {import('@skald/sdk').SkaldClient} skald
 * @param {Date} startedAfter
 * @returns {Promise<Map<string, Ended>>} all orders that have ended, by saga
 */
export async function readEnded(skald, startedAfter) {
  const ended = new Map();
  const filter = { definition: promotionOrder.name, status: ['completed', 'compensated'], startedAfter };
  for await (const { id, status, finishedAt, steps } of skald.sagas.list(filter, { pageSize: 200 })) {
    const degraded = new Map(steps.filter((step) => step.degraded).map(({ name, degradedBy }) => [name, degradedBy]));
    ended.set(id, { status, at: Date.parse(finishedAt), degraded });
  }
  return ended;
}

/** What each service says of its desk. @param {Record<string, string>} urls */
export async function readDesks(urls) {
  const read = async ([name, url]) => [name, await (await fetch(`${url}/desk`)).json()];
  return Object.fromEntries(await Promise.all(Object.entries(urls).map(read)));
}

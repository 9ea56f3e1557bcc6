import { setTimeout as sleep } from 'node:timers/promises';
import { departures } from './departures.mjs';

/** How long (ms) a customer goes on asking when the shop can't take the order. */
const PATIENCE = 60_000;
/** Of one request, ms. */
const TIMEOUT = 10_000;
/** Every so manieth card is over its limit, so that some orders are undone. */
const POOR = 50;

/**
 * What became of one customer's wish to order.
 * @typedef {object} Wish
 * @property {string} key the order's number; every request for it carries this as its `Idempotency-Key`
 * @property {'before' | 'surge' | 'after'} phase
 * @property {number} intended when it was to be sent (ms, epoch)
 * @property {string | null} saga `null`: given up
 * @property {number} waited ms from `intended` until it was accepted or given up
 * @property {string[]} refusals that came before: statuses, or `unheard` when there was no answer
 */

/**
 * Sends every order when it is due, whatever has become of those before it.
 * @param {string} skald its URL
 * @param {import('./departures.mjs').Phase[]} phases
 * @param {number} start ms, epoch
 * @returns {Promise<Wish[]>} once every one has been accepted or given up
 */
export async function sendCustomers(skald, phases, start) {
  const mistake = new AbortController();
  const { signal } = mistake;
  const wishes = [];
  for (const [i, { phase, at }] of departures(phases).entries()) {
    const intended = start + at;
    const ahead = intended - Date.now();
    if (ahead > 0) await sleep(ahead, undefined, { signal }).catch(() => signal.throwIfAborted());
    wishes.push(order(skald, `promotion-${start}`, i, phase, intended).catch((error) => mistake.abort(error)));
  }
  const all = await Promise.all(wishes);
  signal.throwIfAborted();
  return all;
}

/** Asks until the order is accepted. What is measured begins when it was due, not when this process got round to it. */
async function order(skald, promotion, i, phase, intended) {
  const key = `${promotion}-${i}`;
  const sku = i % 2 === 0 ? 'laptop' : 'phone';
  const input = { customer: `customer-${i}`, sku, qty: 1, amount: i % POOR === POOR - 1 ? 250_000 : 90_000 };
  const body = JSON.stringify({ definition: 'promotion-order', businessKey: key, input });
  const wish = { key, phase, intended, saga: null, waited: 0, refusals: [] };
  for (;;) {
    const { status, text, retryAfter } = await post(`${skald}/v1/sagas`, key, body);
    wish.waited = Date.now() - intended;
    if (status === 202) return { ...wish, saga: JSON.parse(text).id };
    // 409: an earlier request for it is still being worked on. Any other answer is this demo's mistake, and would stay one.
    if (![409, 429, 503, 'unheard'].includes(status)) throw new Error(`POST /v1/sagas: ${status} ${text}`);
    wish.refusals.push(String(status));
    if (wish.waited > PATIENCE) return wish;
    await sleep(retryAfter * 1_000 * (1 + Math.random()));
  }
}

async function post(url, key, body) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) });
    const retryAfter = Number(answer.headers.get('retry-after') ?? 1);
    return { status: answer.status, text: await answer.text(), retryAfter };
  } catch {
    return { status: 'unheard', text: '', retryAfter: 1 };
  }
}

import { capacityOf, SERVICES } from './cast.mjs';
import { judge } from './judge.mjs';
import { seriesOf } from './metrics.mjs';
import { percentile, tally } from './figures.mjs';

/** The longest (s) that it may take after the surge until its last order has ended. */
const LONGEST_DRAIN = 300;

/**
 * Everything that was seen.
 * @typedef {object} Evidence
 * @property {import('./customers.mjs').Wish[]} wishes
 * @property {number} surgeEnd ms, epoch
 * @property {ReadonlyMap<string, import('./accounts.mjs').Ended>} ended
 * @property {import('./judge.mjs').Line[]} lines of all ledgers, oldest first
 * @property {Record<string, { served: number, turnedAway: number, longestLine: number }>} desks
 * @property {string} metrics the page, after the end
 * @property {import('./watch.mjs').Seen} seen
 */

/** What came of it; plain JSON. @param {Evidence} evidence */
export function reportOn(evidence) {
  const { wishes, ended, lines, seen } = evidence;
  const accepted = new Set(wishes.flatMap(({ saga }) => saga ?? []));
  const { lost, wrong } = judge(accepted, ended, lines);
  const drained = drain(evidence, lost);
  return {
    accept: acceptance(wishes),
    sagas: { ...tally([...ended.values()].map(({ status }) => status)), lost: lost.length, mostOpen: seen.mostOpen },
    drained,
    degraded: tally([...ended.values()].flatMap((end) => [...end.degraded].map(([step, by]) => `${step}: ${by}`))),
    services: Object.keys(SERVICES).map((name) => service(name, evidence)),
    faults: [
      ...lost.map((saga) => `${saga}: accepted, and has not ended`),
      ...wrong,
      ...(drained.orders > LONGEST_DRAIN ? [`drained after ${drained.orders} s; allowed are ${LONGEST_DRAIN}`] : []),
      ...(drained.payments > drained.coupons ? ['coupons were given before the last payment was made'] : []),
    ],
  };
}

function acceptance(wishes) {
  const waited = (list) => list.filter(({ saga }) => saga !== null).map((wish) => wish.waited);
  const all = waited(wishes);
  return {
    accepted: all.length,
    givenUp: wishes.length - all.length,
    refusals: tally(wishes.flatMap(({ refusals }) => refusals)),
    p50: percentile(all, 50),
    p99: percentile(all, 99),
    p99InSurge: percentile(waited(wishes.filter(({ phase }) => phase === 'surge')), 99),
    max: percentile(all, 100),
  };
}

/**
 * How long (s) after the surge the last of the orders that were due before its end had ended, was paid, and had its
 * coupon; `null` for the orders when one has not ended.
 */
function drain({ wishes, surgeEnd, ended, lines }, lost) {
  const rush = new Set(wishes.flatMap(({ saga, intended }) => (saga !== null && intended < surgeEnd ? saga : [])));
  const since = (instants) =>
    Math.round(instants.reduce((last, at) => Math.max(last, at), surgeEnd) - surgeEnd) / 1_000;
  const last = (step) =>
    since(
      lines.filter(({ entry }) => entry.step === step && rush.has(entry.saga)).map(({ entry }) => entry.at.getTime()),
    );
  const isOver = lost.every((saga) => !rush.has(saga));
  return {
    orders: isOver ? since([...rush].map((saga) => ended.get(saga).at)) : null,
    payments: last('charge'),
    coupons: last('grant'),
  };
}

function service(name, { lines, desks, metrics, seen }) {
  const refusals = seriesOf(metrics, 'skald_policy_refusals_total').filter(({ labels }) => labels.participant === name);
  return {
    name,
    capacityPerSecond: Math.round(capacityOf(SERVICES[name])),
    ...desks[name],
    effects: lines.filter(({ participant, entry }) => participant === name && entry.outcome === 'applied').length,
    refusals: Object.fromEntries(refusals.map(({ labels, value }) => [labels.reason, value])),
    breakerOpenings: seen.openings.get(name) ?? 0,
  };
}

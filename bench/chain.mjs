/*
 * What the policies around a call cost when nothing is limited: the same calls through an empty chain, through each policy
 * alone and through all of them, one after the other in turns, in one process. The call itself answers at once, so all
 * that is left is the chain.
 *
 *     npm run build && node bench/chain.mjs [--calls 100000] [--repeats 7]
 */
import { parseArgs } from 'node:util';
import { parseParticipant } from '../dist/participants/participant-parser.js';
import { draw } from '../dist/participants/policies/limits/schedule.js';
import { Protections } from '../dist/participants/protections.js';
import { TimerWheel } from '../dist/participants/timer-wheel.js';
import { describeMachine } from './host/machine.mjs';
import { median } from './report/statistics.mjs';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '100000' }, repeats: { type: 'string', default: '7' } },
});
const CALLS = Number(values.calls);
const REPEATS = Number(values.repeats);

/** Calls in flight at a time: as few as an adaptive bulkhead always has places for. */
const LANES = 3;

const MUCH = 1e9;
const POLICIES = {
  breaker: { circuitBreaker: {} },
  'rate limit': { rateLimit: { ratePerSecond: MUCH, capacity: MUCH } },
  shaping: { shaping: { maxRatePerSecond: MUCH } },
  'retry budget': { retry: { budget: {} } },
  bulkhead: { bulkhead: { maxConcurrent: 1_000 } },
  'bulkhead, adaptive': { bulkhead: { maxConcurrent: 1_000, mode: 'adaptive' } },
  degradation: {
    degradation: { fallback: { strategy: 'skip' }, conditions: [{ type: 'error_rate', threshold: '50%' }] },
  },
};
const CHAINS = { 'no policy': {}, ...POLICIES, 'all together': Object.assign({}, ...Object.values(POLICIES)) };

const DONE = Promise.resolve({ kind: 'succeeded', output: null });

/** Shared schedules that are one turn of the event loop away. */
function sharedSchedules() {
  const full = new Map();
  return async (wants) => {
    await new Promise((resolve) => setImmediate(resolve));
    return wants.map((want) => {
      const { grant, fullAt } = draw(full.get(want.key) ?? 0, want, performance.now());
      full.set(want.key, fullAt);
      return grant;
    });
  };
}

function chainOf(policy) {
  const read = parseParticipant('payment', { endpoints: [{ url: 'http://payment.test' }], ...policy });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const surroundings = {
    now: () => performance.now(),
    draw: sharedSchedules(),
    processes: () => 1,
    takeProbe: () => Promise.resolve(true),
  };
  const protections = new Protections(() => DONE, surroundings, new TimerWheel());
  const call = { participant: read.participant, operation: 'action', attempt: 1, releasedBy: null };
  return () => protections.of(read.participant).send(call);
}

/** CPU time per call, in µs. */
async function measure(send) {
  let left = CALLS;
  const before = process.cpuUsage();
  const lane = async () => {
    while (left-- > 0) {
      const reply = await send();
      if (reply.kind !== 'succeeded') throw new Error(`a call was held back: ${JSON.stringify(reply)}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const chains = Object.entries(CHAINS).map(([name, policy]) => ({ name, send: chainOf(policy), costs: [] }));
for (const { send } of chains) await measure(send);
for (let repeat = 0; repeat < REPEATS; repeat++) for (const { send, costs } of chains) costs.push(await measure(send));

const [{ costs: empty }] = chains;
const { cpu, node } = describeMachine();
console.log(
  `${CALLS} calls, ${LANES} in flight, median of ${REPEATS} (least to most), CPU µs a call; ${cpu}, Node ${node}\n`,
);
for (const { name, costs } of chains) {
  const cost = median(costs);
  const range = `${Math.min(...costs).toFixed(2)}–${Math.max(...costs).toFixed(2)}`;
  const added = name === 'no policy' ? '' : `+${(cost - median(empty)).toFixed(2)}`;
  console.log(`${name.padEnd(20)}${cost.toFixed(2).padStart(7)}   ${range.padEnd(14)}${added}`);
}
process.exit(0);

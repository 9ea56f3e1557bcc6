/**
 * Drives a Skald server from a process of its own: one `POST /v1/sagas` per saga.
 *
 * At saturation it learns from the participant's stream how many sagas have had their last call answered, and starts as
 * many new ones. The server isn't asked anything while it is measured: waiting on it (`Prefer: wait`) or polling it would
 * put work on it that a real caller need not. At light load that work doesn't matter and the server's own word on the end
 * does: there every start waits for its saga.
 */

import { Client, Pool } from 'undici';
import { serve } from '../host/channel.mjs';
import { orderInput, workloads } from '../workloads.mjs';
import { atPace, keepInFlight } from './window.mjs';

/** A run in which no saga ends for this long, in ms, is over. */
const patience = 20_000;

/** @type {Pool} */
let server;
let sendIdempotencyKey = false;

/** Starts that are waiting for a saga to end; which saga doesn't matter, only how many. @type {Array<() => void>} */
const lanes = [];
let endedEarly = 0;
let ended = 0;

/** @param {string} participantUrl */
async function watchEnds(participantUrl) {
  const { body } = await new Client(participantUrl, { bodyTimeout: 0 }).request({ method: 'GET', path: '/ended' });
  body.setEncoding('utf8');
  let rest = '';
  body.on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      ended += Number(line);
      for (let i = Number(line); i > 0; i--) {
        const lane = lanes.shift();
        if (lane) lane();
        else endedEarly += 1;
      }
    }
  });
}

/** Resolves when one more saga has ended; a saga may end before its start was acknowledged. @returns {Promise<void>} */
function oneEnd() {
  if (endedEarly > 0) {
    endedEarly -= 1;
    return Promise.resolve();
  }
  return new Promise((resolve) => lanes.push(resolve));
}

/**
 * @param {import('../workloads.mjs').Workload} workload
 * @param {number} n
 * @param {Record<string, string>} [extraHeaders]
 */
async function start({ definition, name }, n, extraHeaders) {
  /** @type {Record<string, string>} */
  const headers = { 'content-type': 'application/json', ...extraHeaders };
  if (sendIdempotencyKey) headers['idempotency-key'] = `${name}-${n}-${process.hrtime.bigint()}`;
  const answer = await server.request({
    method: 'POST',
    path: '/v1/sagas',
    headers,
    body: JSON.stringify({ definition: definition.name, input: orderInput(n) }),
  });
  const body = /** @type {any} */ (await answer.body.json()); // any: the server's answer, checked by the status right below
  if (answer.statusCode !== 202 && answer.statusCode !== 200) {
    throw new Error(`POST /v1/sagas answered ${answer.statusCode}: ${JSON.stringify(body)}`);
  }
  return /** @type {{ id: string, status: string }} */ (body);
}

/** Rejects when sagas stop ending. @param {AbortSignal} over */
async function watchProgress(over) {
  for (let before = -1; !over.aborted;) {
    if (ended === before) throw new Error(`no saga ended for ${patience / 1000} s; ${ended} had ended before`);
    before = ended;
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      over.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}

serve({
  open: async (
    /** @type {{ serverUrl: string, participantUrl: string, connections: number, idempotencyKey: boolean }} */ options,
  ) => {
    server = new Pool(options.serverUrl, { connections: options.connections, pipelining: 1, headersTimeout: patience });
    sendIdempotencyKey = options.idempotencyKey;
    await watchEnds(options.participantUrl);
  },
  saturate: async (/** @type {import('./protocol.mjs').Saturation} */ options) => {
    const workload = workloads[options.workload];
    /** @type {string[]} */
    const ids = [];
    /** @type {number[]} */
    const acceptMilliseconds = [];
    endedEarly = 0;
    const over = new AbortController();
    const load = keepInFlight({
      ...options,
      run: async (n) => {
        const began = performance.now();
        const { id } = await start(workload, n);
        acceptMilliseconds.push(performance.now() - began);
        ids.push(id);
        await oneEnd();
      },
    });
    const seconds = /** @type {number} */ (await Promise.race([load, watchProgress(over.signal)]));
    over.abort();
    return { ids, seconds, acceptMilliseconds };
  },
  pace: async (/** @type {import('./protocol.mjs').Pace} */ options) => {
    const workload = workloads[options.workload];
    /** @type {string[]} */
    const ids = [];
    const milliseconds = await atPace({
      ...options,
      run: async (n) => {
        const { id, status } = await start(workload, n, { prefer: 'wait=10' });
        if (status !== workload.outcome) throw new Error(`saga ${id} is ${status} after 10 s`);
        ids.push(id);
      },
    });
    return { ids, milliseconds };
  },
  close: () => server.close(),
});

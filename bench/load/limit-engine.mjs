/**
 * The limits L1 to L3: a loop that makes a saga's calls and records each outcome before the next call, inside the load
 * process. No REST, no definitions, no policies, no recovery: what is left when everything but the calls and the
 * recording is taken away.
 */

import { Pool } from 'undici';
import { uuidv7 } from 'uuidv7';
import { serve } from '../host/channel.mjs';
import { orderInput, workloads } from '../workloads.mjs';
import { commitEach, commitTogether, recordNothing } from './records.mjs';
import { atPace, keepInFlight } from './window.mjs';

const ways = { L1: recordNothing, L2: commitEach, L3: commitTogether };

/** @type {Pool} */
let participant;
/** @type {import('./records.mjs').Records} */
let records;

/**
 * @param {import('../workloads.mjs').Call} call
 * @param {string} saga
 * @param {string} body
 */
async function post({ path, step, operation }, saga, body) {
  const answer = await participant.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', 'idempotency-key': `${saga}/${step}/${operation}` },
    body,
  });
  return { status: answer.statusCode, output: await answer.body.json() };
}

/**
 * @param {import('../workloads.mjs').Workload} workload
 * @param {string} saga
 * @param {number} n
 */
async function runSaga(workload, saga, n) {
  const input = orderInput(n);
  const inputText = JSON.stringify(input);
  /** @type {Record<string, unknown>} */
  const outputs = {};
  let reason = null;
  let seq = 0;
  for (const call of workload.calls) {
    const body =
      call.operation === 'action' ? inputText : JSON.stringify({ input, output: outputs[call.step], reason });
    const { status, output } = await post(call, saga, body);
    if (status === 409) reason = output;
    else outputs[call.step] = output;
    await records.append(saga, ++seq, JSON.stringify([{ step: call.step, operation: call.operation, status, output }]));
  }
}

/** @param {{ workload: import('../workloads.mjs').WorkloadName }} options */
function starter({ workload }) {
  /** @type {string[]} */
  const ids = [];
  const run = (/** @type {number} */ n) => {
    const id = uuidv7();
    ids.push(id);
    return runSaga(workloads[workload], id, n);
  };
  return { ids, run };
}

serve({
  open: async (
    /** @type {{ limit: keyof typeof ways, databaseUrl: string, participantUrl: string, connections: number }} */ options,
  ) => {
    participant = new Pool(options.participantUrl, { connections: options.connections, pipelining: 1 });
    records = await ways[options.limit](options.databaseUrl);
  },
  saturate: async (/** @type {import('./protocol.mjs').Saturation} */ options) => {
    const { ids, run } = starter(options);
    return { ids, seconds: await keepInFlight({ ...options, run }) };
  },
  pace: async (/** @type {import('./protocol.mjs').Pace} */ options) => {
    const { ids, run } = starter(options);
    return { ids, milliseconds: await atPace({ ...options, run }) };
  },
  close: async () => {
    await records.close();
    await participant.close();
  },
});

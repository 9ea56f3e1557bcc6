/**
 * The participant process: plays inventory, payment and shipping over bare node:http, answers at once, keeps the ledger.
 * It is asked for its judgement over the process channel; HTTP carries the work only, and one stream (`GET /ended`) that
 * tells the load process how many sagas have had their last call answered.
 */

import { createServer } from 'node:http';
import { serve } from './host/channel.mjs';
import { Ledger } from './ledger.mjs';
import { callByPath } from './workloads.mjs';

const ledger = new Ledger();
/** @type {string[]} */
let badCalls = [];
/** @type {Set<import('node:http').ServerResponse>} */
const watchers = new Set();
let endedSinceTold = 0;

const done = { status: 200, body: JSON.stringify({ id: 'c0ffee00-5a9a-4d1e-8f00-000000000001', state: 'done' }) };
const refused = { status: 409, body: JSON.stringify({ code: 'no-carrier', message: 'nobody ships this today' }) };

/** Sagas that end in the same turn of the event loop are told in one line. */
function tellEnded() {
  if (endedSinceTold++ > 0) return;
  setImmediate(() => {
    for (const watcher of watchers) watcher.write(`${endedSinceTold}\n`);
    endedSinceTold = 0;
  });
}

/**
 * @param {import('./workloads.mjs').Call} call
 * @param {string} text
 */
function isRightBody(call, text) {
  const body = JSON.parse(text);
  return typeof (call.operation === 'action' ? body : body.input).sku === 'string';
}

const server = createServer((request, response) => {
  if (request.url === '/ended') {
    response.writeHead(200).flushHeaders();
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
    return;
  }
  const call = callByPath.get(request.url ?? '');
  const key = String(request.headers['idempotency-key']);
  const saga = key.slice(0, key.indexOf('/'));
  if (!call || key !== `${saga}/${call.step}/${call.operation}`) {
    badCalls.push(`${request.method} ${request.url} with key ${key}`);
    response.writeHead(400).end();
    return;
  }
  ledger.arrived(saga, call.code);
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    if (!isRightBody(call, text)) badCalls.push(`${request.url} with body ${text}`);
    const answer = call.code === 'x' ? refused : done;
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
    if (ledger.answered(saga)) tellEnded();
  });
});
server.keepAliveTimeout = 120_000;
server.requestTimeout = 0;

serve({
  /** @returns {Promise<number>} the port */
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', 1024, () => {
        resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
      });
    }),
  unfinished: () => ledger.unfinished(),
  settle: (/** @type {Parameters<Ledger['settle']>[0]} */ started) => {
    const judgement = ledger.settle(started);
    judgement.problems.push(...badCalls);
    badCalls = [];
    return judgement;
  },
});

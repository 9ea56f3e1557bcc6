import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from './ledger.mjs';

const BODY_LIMIT = 64 * 1024;

/** Thrown by an action that the business does not allow. Nothing has taken effect. */
export class Refusal extends Error {}

/**
 * What an action has done.
 * @typedef {{ what: string, output: unknown, data?: Record<string, unknown> }} Effect
 *
 * @typedef {object} Participant
 * @property {string} name
 * @property {Record<string, (body: any, ledger: Ledger) => Effect>} actions by path; may throw a {@link Refusal}
 * @property {Record<string, (done: import('./ledger.mjs').Entry, ledger: Ledger) => { what: string }>} compensations
 *   by path; gets the ledger line of the action that it undoes
 */

/**
 * Serves a participant over HTTP. A caller that got no answer asks again with the same Idempotency-Key, so three
 * rules keep every effect single (a barrier, written out by hand):
 *
 * 1. a key that was answered before gets the same answer again, and nothing else happens;
 * 2. a compensation whose action never ran succeeds and leaves its mark;
 * 3. an action that comes after that mark is refused: it is late, and nobody would undo it.
 *
 * @param {Participant} participant
 * @param {{ ledger: Ledger, pace?: number }} options `pace`: ms that a call takes, half before its effect and half
 *   after it; 0 by default. It makes the demo readable, and gives a crash a moment to strike in.
 */
export function serve(participant, { ledger, pace = 0 }) {
  return createServer(async (request, response) => {
    try {
      const path = request.url ?? '/';
      if (request.method === 'GET' && path === '/ledger') return reply(response, 200, ledger.entries);
      if (request.method === 'GET' && path === '/health/ready') return reply(response, 200, { status: 'up' });
      const known = path in participant.actions || path in participant.compensations;
      if (request.method !== 'POST' || !known) return reply(response, 404, { message: `nothing lives at ${path}` });

      const call = readCall(request);
      const body = await readBody(request);
      await sleep(pace / 2);
      const answer = answerCall(participant, path, call, body, ledger);
      await sleep(pace / 2);
      reply(response, answer.status, answer.body);
    } catch (error) {
      const status = error instanceof BadCall ? 400 : 500;
      reply(response, status, { message: error instanceof Error ? error.message : String(error) });
    }
  });
}

/** The whole of the barrier. Synchronous, so two deliveries of one call can't both get past it. */
function answerCall(participant, path, call, body, ledger) {
  const append = (outcome, what, answer, data) => {
    ledger.append({ at: new Date().toISOString(), ...call, outcome, what, answer, data });
    return answer;
  };
  const of = (operation) =>
    ledger.entries.filter((e) => e.saga === call.saga && e.step === call.step && e.operation === operation);

  const answered = of(call.operation).find((entry) => entry.answer);
  if (answered) {
    append('repeated', 'asked again, same answer');
    return answered.answer;
  }
  if (call.operation === 'compensation') {
    const done = of('action').find((entry) => entry.outcome === 'applied');
    if (!done) return append('nothing-to-undo', 'nothing to undo', { status: 200, body: null });
    const { what } = participant.compensations[path](done, ledger);
    return append('undone', what, { status: 200, body: null });
  }
  if (of('compensation').length > 0) {
    return append('barred', 'came after its compensation', { status: 409, body: { message: 'already compensated' } });
  }
  try {
    const { what, output, data } = participant.actions[path](body, ledger);
    return append('applied', what, { status: 201, body: output }, data);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return append('refused', error.message, { status: 409, body: { message: error.message } });
  }
}

class BadCall extends Error {}

/** @param {import('node:http').IncomingMessage} request */
function readCall(request) {
  const header = (name) => {
    const value = request.headers[name];
    if (typeof value !== 'string' || value === '') throw new BadCall(`the header ${name} is missing`);
    return value;
  };
  return {
    saga: header('skald-saga-id'),
    step: header('skald-step'),
    operation: header('skald-operation'),
    key: header('idempotency-key'),
  };
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > BODY_LIMIT) throw new BadCall('the body is too large');
  }
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw new BadCall('the body is not JSON');
  }
}

function reply(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Runs a participant as a process of its own: `PORT`, `LEDGER` (a file) and `PACE` (ms) come from the environment.
 * @param {Participant} participant
 * @param {number} defaultPort
 */
export function run(participant, defaultPort) {
  const ledger = new Ledger(process.env.LEDGER ?? `${participant.name}.ledger.jsonl`);
  const server = serve(participant, { ledger, pace: Number(process.env.PACE ?? 0) });
  server.listen(Number(process.env.PORT ?? defaultPort), process.env.HOST ?? '127.0.0.1', () => {
    console.log(`${participant.name} listens on port ${server.address().port}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server.close(() => process.exit(0));
      server.closeIdleConnections();
    });
  }
}

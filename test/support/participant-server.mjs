/**
 * The participants of the fault tests, as one process of its own: `POST /{participant}/{any path}` carries out an action
 * or a compensation and writes it to the ledger. It shares no code with Skald and never crashes with it, so what its
 * ledger says is evidence.
 *
 * PORT, LEDGER (a file, optional), BARRIER (`on`, `off`). Its address is the first line on stdout.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const barrier = process.env.BARRIER !== 'off';
const ledgerFile = process.env.LEDGER;

/** Everything that happened here, in the order in which it did. `n` counts over effects and calls alike. */
const effects = [];
const calls = [];
let n = 0;
/** Behaviour that a test has put in place; the first rule that fits wins. */
let rules = [];
/** Per key: how many calls came, and when the first one did. */
const seen = new Map();
/** Per saga and step: what its action and its compensation have done. */
const done = new Map();

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://participant');
  const route = `${request.method} ${pathname}`;
  const work =
    route === 'GET /ledger'
      ? Promise.resolve(sendJson(response, 200, ledgerOf(searchParams.get('saga'))))
      : route === 'PUT /rules'
        ? readJson(request).then((body) => sendJson(response, 200, (rules = body)))
        : carryOut(request, response, pathname);
  work.catch((error) => {
    if (!response.headersSent) sendJson(response, 500, { message: String(error) });
  });
});

async function carryOut(request, response, pathname) {
  const [, participant] = pathname.split('/');
  const body = await readJson(request);
  const call = {
    n: ++n,
    at: Date.now(),
    participant,
    path: pathname.slice(participant.length + 1),
    saga: request.headers['skald-saga-id'],
    step: request.headers['skald-step'],
    operation: request.headers['skald-operation'],
    key: request.headers['idempotency-key'],
    attempt: Number(request.headers['skald-attempt']),
    seq: Number(request.headers['skald-seq']),
    callbackUrl: request.headers['skald-callback-url'],
    headers: request.headers,
    body,
  };
  calls.push(call);
  const first = seen.get(call.key) ?? { count: 0, at: call.at };
  seen.set(call.key, { ...first, count: first.count + 1 });
  const behaviour = behaviourOf(call, first.count, call.at - first.at);

  await sleep(behaviour.delay ?? 0);
  const answer = decide(call, behaviour);
  if (behaviour.callBackFirst) await callBack(call.callbackUrl, behaviour.callBackFirst);
  if (behaviour.callBackAfter !== undefined) {
    const result = behaviour.callBackWith ?? { status: 'succeeded', output: answer.body };
    setTimeout(() => callBack(call.callbackUrl, result).catch(() => {}), behaviour.callBackAfter);
  }
  await sleep(behaviour.linger ?? 0);
  await send(request, response, answer, behaviour);
}

/** What this call is to do: a rule, else what the saga's input asks for under `behave.{step}.{operation}`. */
function behaviourOf(call, earlierCalls, age) {
  const fits = (rule) =>
    ['participant', 'step', 'operation', 'saga'].every(
      (field) => rule[field] === undefined || rule[field] === call[field],
    );
  const asked = call.body?.behave ?? call.body?.input?.behave;
  let behaviour = rules.find(fits)?.behaviour ?? asked?.[call.step]?.[call.operation] ?? {};
  if (behaviour.sequence) behaviour = behaviour.sequence[Math.min(earlierCalls, behaviour.sequence.length - 1)];
  const refusing = earlierCalls < (behaviour.refuseFirst ?? 0) || age < (behaviour.failFor ?? 0);
  return refusing ? { status: 503 } : behaviour;
}

/** The barrier and the effect; synchronous, so that no other call comes between them. */
function decide(call, behaviour) {
  const status = behaviour.status ?? 200;
  const takesEffect = behaviour.effect ?? status < 300;
  const output = behaviour.output ?? { id: `${call.step}-${call.saga?.slice(-6)}` };
  if (!takesEffect) {
    record(call, 'none', status);
    return { status, body: behaviour.output ?? { message: `told to answer ${status}` } };
  }
  const name = `${call.saga}/${call.step}`;
  const state = done.get(name) ?? {};
  done.set(name, state);
  if (!barrier) {
    record(call, call.operation === 'action' ? 'applied' : 'undone', status);
  } else if (state[call.operation]) {
    return { status, body: state[call.operation].body };
  } else if (call.operation === 'compensation') {
    record(call, state.action ? 'undone' : 'nothing-to-undo', status);
  } else if (state.compensation) {
    record(call, 'barred', status);
    return { status: 409, body: { message: 'already compensated' } };
  } else {
    record(call, 'applied', status);
  }
  state[call.operation] = { body: output };
  return { status, body: output };
}

function record(call, outcome, status) {
  const { at, participant, saga, step, operation, key, attempt, seq } = call;
  const effect = { n: ++n, at, participant, saga, step, operation, key, attempt, seq, outcome, status };
  effects.push(effect);
  if (ledgerFile) appendFileSync(ledgerFile, JSON.stringify(effect) + '\n');
}

async function send(request, response, { status, body }, behaviour) {
  switch (behaviour.end) {
    case 'hang':
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'drip': {
      response.writeHead(status, { 'content-type': 'application/json' });
      for (const byte of JSON.stringify(body)) {
        if (response.destroyed) return;
        response.write(byte);
        await sleep(behaviour.every ?? 200);
      }
      response.end();
      return;
    }
    case 'cut':
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': '4096' });
      response.write('{"cut":');
      setTimeout(() => request.socket.destroy(), 20);
      return;
    default:
      sendJson(response, status, body, behaviour.headers);
  }
}

async function callBack(url, result) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(result),
  });
  await response.arrayBuffer();
}

/** The whole of it leaves out headers and bodies: only the tests of one saga look at those. */
function ledgerOf(saga) {
  if (!saga) return { effects, calls: calls.map((call) => ({ ...call, headers: undefined, body: undefined })) };
  return { effects: effects.filter((e) => e.saga === saga), calls: calls.filter((c) => c.saga === saga) };
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? null : JSON.parse(text);
}

function sendJson(response, status, body, headers = {}) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
// Ends with the test run even when that was killed: the parent holds the other end of stdin.
process.stdin.resume().once('end', () => process.exit(0));

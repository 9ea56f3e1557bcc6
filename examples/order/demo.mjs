import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from './demo/build.mjs';
import { faults, Ledgers } from './demo/ledgers.mjs';
import { freePort, startProcess, stopProcess } from './demo/processes.mjs';
import { Skald } from './demo/skald.mjs';
import { bold, cyan, dim, green, red, Timeline } from './demo/timeline.mjs';

const EXAMPLE = import.meta.dirname;
const ROOT = resolve(EXAMPLE, '../..');
const SERVER = join(ROOT, 'dist/main.js');
/** How long (ms) a participant takes for a call: slow enough to follow with the eye. */
const PACE = 500;

const folder = mkdtempSync(join(tmpdir(), 'skald-demo-'));
chmodSync(folder, 0o755); // Postgres refuses to run as root; run by root it becomes another user, who must get in
const running = new Map();
const interrupted = new Promise((stop) => ['SIGINT', 'SIGTERM'].forEach((name) => process.on(name, () => stop())));

/** The show; yields what the play afterwards needs. */
async function show() {
  build(ROOT);
  const port = await freePort(Number(process.env.PORT ?? 8080));
  const skald = new Skald(`http://127.0.0.1:${port}`);
  const startServer = () => start('skald', SERVER, port, { SKALD_DATA_DIR: join(folder, 'data'), SKALD_LEASE: '2s' });

  const files = {};
  const endpoints = {};
  for (const [name, preferred] of [
    ['inventory', 8091],
    ['payment', 8092],
    ['shipping', 8093],
  ]) {
    const participantPort = await freePort(preferred);
    files[name] = join(folder, `${name}.ledger.jsonl`);
    endpoints[name] = `http://127.0.0.1:${participantPort}`;
    await start(name, join(EXAMPLE, `${name}.mjs`), participantPort, { LEDGER: files[name], PACE: String(PACE) });
  }
  console.log(dim('starting Skald …'));
  await startServer();
  for (const [name, endpoint] of Object.entries(endpoints)) await skald.putParticipant(name, endpoint);
  await skald.postDefinition(readFileSync(join(EXAMPLE, 'place-order.yaml'), 'utf8'));

  console.log(`\n  Skald       ${skald.url}   ${process.env.DATABASE_URL ? 'DATABASE_URL' : 'embedded Postgres'}`);
  for (const [name, endpoint] of Object.entries(endpoints)) console.log(`  ${name.padEnd(11)} ${endpoint}`);
  console.log(
    dim(`  definition  ${relative(process.cwd(), join(EXAMPLE, 'place-order.yaml'))}: reserve → book → charge → ship`),
  );

  const ledgers = new Ledgers(files);
  const timeline = new Timeline();
  const stopFollowing = ledgers.follow((participant, entry) => timeline.ledger(participant, entry));

  /** One order from start to end on the timeline; `meanwhile` may interfere. */
  const order = async (title, input, meanwhile = async () => {}) => {
    timeline.heading(title);
    const { id } = await skald.startSaga('place-order', input, `demo-${randomUUID()}`);
    const interference = meanwhile(id);
    for await (const entry of skald.journal(id)) timeline.journal(entry);
    await interference;
    await timeline.settled();
    return skald.saga(id);
  };

  const good = await order('1/3  An order that completes', {
    sku: 'laptop',
    qty: 1,
    amount: 129_900,
    address: 'Berlin',
  });

  const poor = await order('2/3  The card is refused: the steps before are undone, the last one first', {
    sku: 'laptop',
    qty: 2,
    amount: 259_800,
    address: 'Paris',
  });

  const hit = await order(
    '3/3  Skald is killed with -9 after the card was charged, before it heard the answer',
    {
      sku: 'phone',
      qty: 1,
      amount: 69_900,
      address: 'Rome',
    },
    async (id) => {
      const charged = ({ entry }) => entry.saga === id && entry.step === 'charge' && entry.outcome === 'applied';
      while (!ledgers.read().some(charged)) await sleep(10);
      await stopProcess(running.get('skald'), 'SIGKILL');
      timeline.note('✗ kill -9');
      await sleep(1_000);
      timeline.note('↻ started again …');
      await startServer();
      timeline.note('↻ ready');
    },
  );

  stopFollowing();
  timeline.end();

  console.log(`\n${bold('What the ledgers say')}\n`);
  const all = ['reserve', 'book', 'charge', 'ship'];
  const correct = [
    verdict(ledgers, good, 'completed', 'every effect once, nothing undone', { done: all }),
    verdict(ledgers, poor, 'compensated', 'undone in reverse, no money moved', {
      done: ['reserve', 'book'],
      undone: ['book', 'reserve'],
    }),
    verdict(ledgers, hit, 'completed', 'killed in the middle, and the card was charged once', { done: all }),
  ].every(Boolean);
  return { correct, skald, undone: poor };
}

async function start(name, program, port, env) {
  const ready = `http://127.0.0.1:${port}/health/ready`;
  const log = join(folder, `${name}.log`);
  running.set(name, await startProcess(program, { env: { ...env, PORT: String(port) }, ready, log }));
}

function verdict(ledgers, saga, status, text, expected) {
  const wrong = faults(ledgers.read(), saga.id, expected);
  if (saga.status !== status) wrong.unshift(`status ${saga.status}; expected: ${status}`);
  console.log(wrong.length === 0 ? `  ${green('✓')} ${status}: ${text}` : `  ${red('✗')} ${wrong.join('\n    ')}`);
  return wrong.length === 0;
}

/** What to try against the running server. */
function invite({ skald: { url }, undone }) {
  console.log(`
${bold('Everything is still running. Try:')}

  ${dim('# an order; Prefer: wait answers when it has ended')}
  curl -s ${url}/v1/sagas -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
    -d '{"definition":"place-order","input":{"sku":"book","qty":1,"amount":1900,"address":"Oslo"}}'

  ${dim('# the order that was undone, and its journal')}
  curl -s ${url}/v1/sagas/${undone.id}
  curl -s ${url}/v1/sagas/${undone.id}/events

  ${dim('# everything that was undone')}
  curl -s '${url}/v1/sagas?status=compensated'

  The API, to click through:  ${cyan(`${url}/docs`)}
  Ctrl-C ends it and leaves nothing behind.`);
}

async function cleanUp() {
  for (const child of [...running.values()].reverse()) await stopProcess(child, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

try {
  const shown = await Promise.race([show(), interrupted]);
  if (shown && !process.argv.includes('--exit')) {
    invite(shown);
    await interrupted;
  }
  process.exitCode = shown ? Number(!shown.correct) : 130;
} catch (error) {
  console.error(red(error instanceof Error ? error.message : String(error)));
  const log = join(folder, 'skald.log');
  if (existsSync(log)) console.error(readFileSync(log, 'utf8').split('\n').slice(-20).join('\n'));
  process.exitCode = 1;
}
await cleanUp();
process.exit();

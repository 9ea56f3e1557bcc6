import { setTimeout as sleep } from 'node:timers/promises';
import { SkaldClient } from '@skald/sdk';
import { placeOrder } from '../place-order.mjs';
import { faults } from './ledgers.mjs';
import { bold, cyan, dim, green, red, Timeline } from './timeline.mjs';

/**
 * Three orders, told as they happen, and judged by the services' ledgers.
 * @param {import('./stage.mjs').Stage} stage
 * @returns {Promise<{ correct: boolean, undone: string }>} `undone`: id of the order that was
 */
export async function show(stage) {
  console.log(dim('starting Skald and three services …'));
  await stage.setUp();
  const skald = new SkaldClient({ baseUrl: stage.skald });
  for (const [name, url] of Object.entries(stage.services)) {
    const signing = { secret: `env:${name.toUpperCase()}_SECRET` };
    await skald.participants.put(name, { endpoints: [{ url }], signing });
  }
  await skald.definitions.put(placeOrder);

  console.log(`\n  Skald       ${stage.skald}   ${process.env.DATABASE_URL ? 'DATABASE_URL' : 'embedded Postgres'}`);
  for (const [name, url] of Object.entries(stage.services)) console.log(`  ${name.padEnd(11)} ${url}`);
  console.log(dim('  definition  examples/order/place-order.mjs: reserve → book → charge → ship'));

  const timeline = new Timeline();
  const end = new AbortController();
  const [orders] = await Promise.all([
    placeOrders(stage, skald, timeline).finally(() => end.abort()),
    followLedgers(stage.ledgers, timeline, end.signal),
  ]);
  timeline.end();
  return { correct: judge(await stage.ledgers.read(), orders), undone: orders.poor.id };
}

async function followLedgers(ledgers, timeline, signal) {
  for await (const { participant, entry } of ledgers.follow(signal)) timeline.ledger(participant, entry);
}

async function placeOrders(stage, skald, timeline) {
  /** One order from start to end on the timeline; `meanwhile` may interfere. */
  const order = async (title, input, meanwhile = async () => {}) => {
    timeline.heading(title);
    const { id } = await skald.sagas.start(placeOrder, input);
    const tell = async () => {
      for await (const entry of skald.sagas.watch(id, { timeout: '2m' })) timeline.journal(entry);
    };
    await Promise.all([tell(), meanwhile(id)]);
    await timeline.settled();
    return skald.sagas.get(id);
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
    { sku: 'phone', qty: 1, amount: 69_900, address: 'Rome' },
    async (id) => {
      for await (const { entry } of stage.ledgers.follow()) {
        if (entry.saga === id && entry.step === 'charge' && entry.outcome === 'applied') break;
      }
      await stage.killSkald();
      timeline.note('✗ kill -9');
      await sleep(1_000);
      timeline.note('↻ started again …');
      await stage.startSkald();
      timeline.note('↻ ready');
      timeline.awaitJournal();
    },
  );

  return { good, poor, hit };
}

function judge(lines, { good, poor, hit }) {
  console.log(`\n${bold('What the ledgers say')}\n`);
  const all = ['reserve', 'book', 'charge', 'ship'];
  return [
    verdict(lines, good, 'completed', 'every effect once, nothing undone', { done: all }),
    verdict(lines, poor, 'compensated', 'undone in reverse, no money moved', {
      done: ['reserve', 'book'],
      undone: ['book', 'reserve'],
    }),
    verdict(lines, hit, 'completed', 'killed in the middle, and the card was charged once', { done: all }),
  ].every(Boolean);
}

function verdict(lines, saga, status, text, expected) {
  const wrong = faults(lines, saga.id, expected);
  if (saga.status !== status) wrong.unshift(`status ${saga.status}; expected: ${status}`);
  console.log(wrong.length === 0 ? `  ${green('✓')} ${status}: ${text}` : `  ${red('✗')} ${wrong.join('\n    ')}`);
  return wrong.length === 0;
}

/** What to try against the running server. */
export function invite({ skald }, { undone }) {
  console.log(`
${bold('Everything is still running. Try:')}

  ${dim('# an order; Prefer: wait answers when it has ended')}
  curl -s ${skald}/v1/sagas -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
    -d '{"definition":"place-order","input":{"sku":"book","qty":1,"amount":1900,"address":"Oslo"}}'

  ${dim('# the order that was undone, and its journal')}
  curl -s ${skald}/v1/sagas/${undone}
  curl -s ${skald}/v1/sagas/${undone}/events

  ${dim('# everything that was undone')}
  curl -s '${skald}/v1/sagas?status=compensated'

  The API, to click through:  ${cyan(`${skald}/docs`)}
  Ctrl-C ends it and leaves nothing behind.`);
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Four transfers of Ann, who has 100.00 at the bank north. Each is ordered at her bank, which starts the saga.
 * @param {import('./stage.mjs').Stage} stage
 * @returns whether everything came out as it should
 */
export async function show(stage) {
  console.log('starting Skald and the banks north and south …');
  await stage.setUp();
  await ask(stage.banks.north, 'PUT', '/accounts/ann', { deposit: '100.00' });
  await ask(stage.banks.south, 'PUT', '/accounts/bob', { deposit: '20.00' });
  await sleep(2_000); // until Skald's policies are in force

  const right = [
    await transfer(stage, '1/4  Ann pays Bob 25.00', { to: 'bob', amount: '25.00' }, 'completed'),
    await transfer(
      stage,
      '2/4  … 30.00 to somebody whom south does not know',
      { to: 'eve', amount: '30.00' },
      'compensated',
    ),
    await transfer(stage, '3/4  … more than she has', { to: 'bob', amount: '999.00' }, 'compensated'),
    await transfer(
      stage,
      '4/4  … 50.00, and the bank south is killed',
      { to: 'bob', amount: '50.00' },
      'completed',
      async () => {
        await stage.killBank('south');
        console.log('     south ✗ kill -9');
        await sleep(2_000);
        await stage.openBank('south');
        console.log('     south ↻ open again');
      },
    ),
    await books(stage),
  ];
  return right.every(Boolean);
}

/** @param {() => Promise<void>} [meanwhile] */
async function transfer({ skald, banks }, title, { to, amount }, expected, meanwhile = async () => {}) {
  console.log(`\n${title}`);
  const interference = meanwhile();
  const id = randomUUID();
  await ask(banks.north, 'PUT', `/orders/${id}`, { from: 'ann', to: { bank: 'south', account: to }, amount });
  const saga = await sagaOf(skald, id);
  await interference;
  const { status, reason } = await skald.sagas.wait(saga, { timeout: '60s' });
  console.log(`     ${status}${reason ? `: ${reason.message}` : ''}`);
  for (const [bank, url] of Object.entries(banks)) {
    for (const { kind, postings } of await ask(url, 'GET', `/audit/sagas/${saga}`)) {
      const sides = postings.map(({ account, amount }) => `${account} ${amount}`).join(', ');
      console.log(`     ${bank.padEnd(6)}${kind.padEnd(12)}${sides}`);
    }
  }
  return status === expected;
}

/** The order's saga, as soon as the bank's relay has started it. */
async function sagaOf(skald, order) {
  for (;;) {
    for await (const { id } of skald.sagas.list({ businessKey: order })) return id;
    await sleep(50);
  }
}

async function books({ banks }) {
  console.log('\nThe books');
  const all = [];
  for (const [bank, url] of Object.entries(banks)) {
    const { customers, own, total } = await ask(url, 'GET', '/audit');
    all.push({ customers, ...own, total });
    console.log(
      `     ${bank.padEnd(6)}customers ${customers}, in transit ${own.transit}, clearing ${own.clearing}, total ${total}`,
    );
  }
  const expected = [
    { customers: '25.00', vault: '-100.00', transit: '0.00', clearing: '75.00', total: '0.00' },
    { customers: '95.00', vault: '-20.00', transit: '0.00', clearing: '-75.00', total: '0.00' },
  ];
  const isRight = JSON.stringify(all) === JSON.stringify(expected);
  console.log(isRight ? '     ✓ not a cent made, not a cent lost' : '     ✗ the books are wrong');
  return isRight;
}

async function ask(bank, method, path, body) {
  const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(bank + path, { method, ...json });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { postgresUrl, runName } from '../../test/support/services.js';
import { eventually } from '../../test/support/waiting.js';

describe('a participant of the example', () => {
  let database, saga, participant;

  beforeEach(async () => {
    database = `${runName()}_payment_${randomBytes(4).toString('hex')}`;
    saga = randomUUID();
    participant = await start();
  });

  afterEach(() => participant.stop());

  const start = async (env = {}) => {
    const child = spawn(process.execPath, [resolve('examples/order/payment.mjs')], {
      env: { ...process.env, DATABASE_URL: postgresUrl(), DATABASE: database, PORT: '0', PACE: '10', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise((found) => child.stdout.on('data', (line) => found(/port (\d+)/.exec(line)[1])));
    const call = async (path, operation, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': `${saga}/charge/${operation}`,
          'skald-saga-id': saga,
          'skald-definition': 'place-order@1',
          'skald-step': 'charge',
          'skald-operation': operation,
          'skald-attempt': '1',
          'skald-seq': '1',
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    const outcomes = async () => {
      const entries = await (await fetch(`http://127.0.0.1:${port}/ledger`)).json();
      return entries.map((entry) => entry.outcome);
    };
    return {
      charge: (amount) => call('/charges', 'action', { amount, reservation: 'res-1' }),
      refund: () => call('/charges/refund', 'compensation', { reason: { code: 'cancelled', message: '' } }),
      /** Calls without effect are written down after their answer, so the ledger may take a moment. */
      hasWritten: (...expected) =>
        eventually(expected.join(', '), async () => {
          const written = await outcomes();
          if (written.join() !== expected.join()) throw new Error(written.join());
          return true;
        }),
      stop: () => new Promise((done) => child.once('exit', done) && child.kill('SIGKILL')),
    };
  };

  it('has one effect however often and however concurrently it is asked', async () => {
    const answers = await Promise.all([participant.charge(900), participant.charge(900), participant.charge(900)]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ status: 200, body: { id: 'ch-1' } })]),
    );
    await participant.hasWritten('applied', 'repeated', 'repeated');
  });

  it('says no with a reason, and says it again', async () => {
    const no = { status: 409, body: { detail: "9000.00 € is over the card's limit of 2000.00 €" } };
    expect(await participant.charge(900_000)).toMatchObject(no);
    expect(await participant.charge(900_000)).toMatchObject(no);
    await participant.hasWritten('refused', 'repeated');
  });

  it('undoes what it did, once', async () => {
    await participant.charge(900);
    expect((await participant.refund()).status).toBe(200);
    expect((await participant.refund()).status).toBe(200);
    await participant.hasWritten('applied', 'undone', 'repeated');
  });

  it('bars an action that comes after its compensation', async () => {
    expect((await participant.refund()).status).toBe(200);
    expect((await participant.charge(900)).status).toBe(409);
    await participant.hasWritten('nothing-to-undo', 'barred');
  });

  it('remembers over a crash, even when nobody has heard its answer', async () => {
    await participant.stop();
    participant = await start({ PACE: '2000' });
    const unheard = participant.charge(900).catch(() => 'unheard');
    await participant.hasWritten('applied');
    await participant.stop();
    expect(await unheard).toBe('unheard');
    participant = await start();
    expect(await participant.charge(900)).toEqual({ status: 200, body: { id: 'ch-1' } });
    await participant.hasWritten('applied', 'repeated');
  });
});

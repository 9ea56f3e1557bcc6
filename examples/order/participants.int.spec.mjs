import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const HERE = resolve('examples/order');

describe('a participant of the example', () => {
  let folder, participant;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'participant-'));
    participant = await start('payment');
  });

  afterEach(async () => {
    await participant.stop();
    rmSync(folder, { recursive: true });
  });

  const start = async (name) => {
    const env = { ...process.env, PORT: '0', LEDGER: join(folder, `${name}.jsonl`), PACE: '10' };
    const child = spawn(process.execPath, [join(HERE, `${name}.mjs`)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const port = await new Promise((found) => child.stdout.on('data', (line) => found(/port (\d+)/.exec(line)[1])));
    const call = async (path, operation, body) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'idempotency-key': `s1/charge/${operation}`,
          'skald-saga-id': 's1',
          'skald-step': 'charge',
          'skald-operation': operation,
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    return {
      charge: (amount) => call('/charges', 'action', { amount, reservation: 'res-1' }),
      refund: () => call('/charges/refund', 'compensation', { reason: { code: 'cancelled', message: '' } }),
      outcomes: async () => {
        const entries = await (await fetch(`http://127.0.0.1:${port}/ledger`)).json();
        return entries.map((entry) => entry.outcome);
      },
      stop: () => new Promise((done) => child.once('exit', done) && child.kill('SIGKILL')),
    };
  };

  it('has one effect however often and however concurrently it is asked', async () => {
    const answers = await Promise.all([participant.charge(900), participant.charge(900), participant.charge(900)]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ status: 201, body: { id: 'ch-1' } })]),
    );
    expect(await participant.outcomes()).toEqual(['applied', 'repeated', 'repeated']);
  });

  it('says no with a reason, and says it again', async () => {
    const no = { status: 409, body: { message: "9000.00 € is over the card's limit of 2000.00 €" } };
    expect(await participant.charge(900_000)).toEqual(no);
    expect(await participant.charge(900_000)).toEqual(no);
    expect(await participant.outcomes()).toEqual(['refused', 'repeated']);
  });

  it('undoes what it did, once', async () => {
    await participant.charge(900);
    expect((await participant.refund()).status).toBe(200);
    expect((await participant.refund()).status).toBe(200);
    expect(await participant.outcomes()).toEqual(['applied', 'undone', 'repeated']);
  });

  it('bars an action that comes after its compensation', async () => {
    expect((await participant.refund()).status).toBe(200);
    expect((await participant.charge(900)).status).toBe(409);
    expect(await participant.outcomes()).toEqual(['nothing-to-undo', 'barred']);
  });

  it('remembers over a crash, even when its last line was cut', async () => {
    await participant.charge(900);
    await participant.stop();
    appendFileSync(join(folder, 'payment.jsonl'), '{"at":"2026-');
    participant = await start('payment');
    expect(await participant.charge(900)).toEqual({ status: 201, body: { id: 'ch-1' } });
    expect(await participant.outcomes()).toEqual(['applied', 'repeated']);
  });
});

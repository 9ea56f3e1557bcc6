import { randomUUID } from 'node:crypto';
import { type Behaviour, ParticipantProcess } from './participant-process.js';

jest.setTimeout(120_000);

describe("the tests' participants", () => {
  let participants: ParticipantProcess;

  beforeAll(async () => {
    participants = await ParticipantProcess.start();
  });
  afterAll(() => participants.stop());

  const call = async (saga: string, operation: 'action' | 'compensation', behaviour: Behaviour = {}) => {
    const body = { behave: { charge: { [operation]: behaviour } } };
    const response = await fetch(`${participants.endpoint('payment')}/charges`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `${saga}/charge/${operation}`,
        'skald-saga-id': saga,
        'skald-step': 'charge',
        'skald-operation': operation,
      },
      body: JSON.stringify(operation === 'action' ? body : { input: body }),
      signal: AbortSignal.timeout(500),
    });
    await response.text();
    return response.status;
  };
  const outcomes = async (saga: string) => (await participants.ledger(saga)).effects.map((effect) => effect.outcome);

  it('have one effect per key behind the barrier, however often they are asked', async () => {
    const saga = randomUUID();
    expect(await Promise.all([call(saga, 'action'), call(saga, 'action'), call(saga, 'action')])).toEqual([
      200, 200, 200,
    ]);
    expect(await outcomes(saga)).toEqual(['applied']);
    expect((await participants.ledger(saga)).calls).toHaveLength(3);
  });

  it('bar an action that comes after its compensation', async () => {
    const saga = randomUUID();
    expect(await call(saga, 'compensation')).toBe(200);
    expect(await call(saga, 'action')).toBe(409);
    expect(await outcomes(saga)).toEqual(['nothing-to-undo', 'barred']);
  });

  it('have an effect per call when the barrier is off', async () => {
    const careless = await ParticipantProcess.start({ barrier: false });
    const usual = participants;
    participants = careless;
    try {
      const saga = randomUUID();
      await call(saga, 'action');
      await call(saga, 'action');
      expect(await outcomes(saga)).toEqual(['applied', 'applied']);
    } finally {
      participants = usual;
      await careless.stop();
    }
  });

  it.each<[string, Behaviour, number | 'no answer', string[]]>([
    ['refuses', { status: 409 }, 409, ['none']],
    ['fails after its effect', { status: 500, effect: true }, 500, ['applied']],
    ['never answers', { end: 'hang' }, 'no answer', ['applied']],
    ['resets the connection', { end: 'reset', effect: false }, 'no answer', ['none']],
    ['drips', { end: 'drip', every: 400 }, 'no answer', ['applied']],
    ['cuts its answer', { end: 'cut' }, 'no answer', ['applied']],
  ])('%s when it is told to', async (_what, behaviour, answer, effects) => {
    const saga = randomUUID();
    expect(await call(saga, 'action', behaviour).catch(() => 'no answer')).toBe(answer);
    expect(await outcomes(saga)).toEqual(effects);
  });

  it('go through a sequence of behaviours, and refuse for a while', async () => {
    const saga = randomUUID();
    const sequence = { sequence: [{ status: 500 }, { status: 429 }, {}] };
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await call(saga, 'action', sequence));
    expect(answers).toEqual([500, 429, 200, 200]);
    const other = randomUUID();
    expect([await call(other, 'action', { refuseFirst: 1 }), await call(other, 'action', { refuseFirst: 1 })]).toEqual([
      503, 200,
    ]);
  });

  it('follow a rule before what the body asks for', async () => {
    const saga = randomUUID();
    await participants.setRules([{ saga, behaviour: { status: 422 } }]);
    expect(await call(saga, 'action')).toBe(422);
    await participants.setRules([]);
    expect(await call(saga, 'action')).toBe(200);
  });
});

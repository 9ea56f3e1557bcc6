import { Accepted, Later, Rejected } from '../participant/results.js';
import { sagaTest, type SagaTest, type Scenario, type TestHandlers, type TestSetup } from './index.js';

const RETRY = { maxAttempts: 4, initialInterval: '1s', factor: 2, jitter: 'none' };

const placeOrder = {
  name: 'place-order',
  steps: [
    {
      name: 'reserve',
      participant: 'inventory',
      action: { path: '/reservations', body: { sku: '{% input.sku %}' } },
      compensation: { path: '/reservations/cancel' },
      compensationRetry: RETRY,
    },
    {
      name: 'charge',
      participant: 'payment',
      action: { path: '/charges', body: { reservation: '{% steps.reserve.output.id %}' } },
      compensation: { path: '/charges/refund' },
      timeout: '2s',
      retry: RETRY,
    },
    { name: 'ship', participant: 'shipping', kind: 'pivot', action: { path: '/shipments' }, retry: RETRY },
    { name: 'greet', participant: 'mail', optional: true, action: { path: '/mails' }, retry: RETRY },
  ],
  output: { reservation: '{% steps.reserve.output.id %}' },
};

const inventory: TestHandlers = {
  '/reservations': () => ({ id: 'r-1' }),
  '/reservations/cancel': () => null,
};

function orders(more: { readonly payment?: TestHandlers; readonly shipping?: TestHandlers } = {}): SagaTest {
  return sagaTest(placeOrder, { participants: { inventory, payment: {}, shipping: {}, mail: {}, ...more } });
}

const order = orders().given({ sku: 'book' });

describe('a saga in a test', () => {
  it('runs to its end by the rules of the server, and tells what it answered', async () => {
    const run = await order.expectCompleted({ reservation: 'r-1' });
    expect(run.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'succeeded']);
    expect(run.calls.map(({ step, path, body }) => [step, path, body])).toEqual([
      ['reserve', '/reservations', { sku: 'book' }],
      ['charge', '/charges', { reservation: 'r-1' }],
      ['ship', '/shipments', { sku: 'book' }],
      ['greet', '/mails', { sku: 'book' }],
    ]);
    expect(run.elapsed).toBe(0);
  });

  it('calls its participants with all headers of the contract', async () => {
    const seen: Record<string, string>[] = [];
    const shipping: TestHandlers = { '/shipments': ({ headers }) => void seen.push(headers) };
    const { id } = await orders({ shipping }).given({ sku: 'book' }).expectCompleted();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(seen).toEqual([
      expect.objectContaining({
        'idempotency-key': `${id}/ship/action`,
        'skald-saga-id': id,
        'skald-definition': 'place-order@1',
        'skald-step': 'ship',
        'skald-operation': 'action',
        'skald-attempt': '1',
        'skald-seq': '3',
        'skald-callback-url': expect.stringMatching(/^https:\/\/skald\.test\/v1\/callbacks\/./),
        'skald-deadline': expect.stringMatching(/^\d{4}-.*Z$/),
        traceparent: expect.stringContaining(id.replaceAll('-', '')),
      }),
    ]);
  });

  it('is given nothing when it needs nothing', async () => {
    const run = await sagaTest({ name: 'nap', steps: [{ name: 'rest', sleep: '30d' }] })
      .given()
      .expectCompleted(null);
    expect(run.elapsed).toBe(30 * 86_400_000);
  });
});

describe('when a step', () => {
  it('fails, the steps before it are undone, and it is not: it had no effect', async () => {
    const run = await order.whenStepFails('charge').expectCompensated(['reserve']);
    expect(run.reason?.code).toBe('step-failed');
    expect(run.step('charge')).toMatchObject({ status: 'failed', attempts: { action: 4 } });
    expect(run.elapsed).toBe(1_000 + 2_000 + 4_000);
  });

  it('fails a few times, it is tried again', async () => {
    const run = await order.whenStepFails('charge', { times: 3 }).expectCompleted();
    expect(run.step('charge').attempts.action).toBe(4);
  });

  it('is rejected, the saga turns back at once, and tells why', async () => {
    const run = await order.whenStepRejects('charge', { message: 'card declined' }).expectCompensated(['reserve']);
    expect(run.reason).toEqual({ code: 'step-rejected', message: 'charge: card declined' });
    expect(run.elapsed).toBe(0);
  });

  it('times out for good, nobody knows whether it took effect, so it is undone too', async () => {
    const run = await order.whenStepTimesOut('charge').expectCompensated(['charge', 'reserve']);
    expect(run.elapsed).toBe(4 * 2_000 + 1_000 + 2_000 + 4_000);
    expect(run.calls.find(({ step, operation }) => step === 'charge' && operation === 'compensation')).toMatchObject({
      body: { input: { reservation: 'r-1' }, output: null, reason: { code: 'step-in-doubt' } },
    });
  });

  it('times out once although it took effect, its participant is asked again by the same key', async () => {
    const keys: string[] = [];
    const payment: TestHandlers = {
      '/charges': ({ idempotencyKey, attempt }) => void keys.push(`${idempotencyKey} #${attempt}`),
      '/charges/refund': () => null,
    };
    const { id } = await orders({ payment })
      .given({ sku: 'book' })
      .whenStepTimesOut('charge', { times: 1, butTakesEffect: true })
      .expectCompleted();
    expect(keys).toEqual([`${id}/charge/action #1`, `${id}/charge/action #2`]);
  });

  it('times out and takes no effect, its participant is not called', async () => {
    const run = await order.whenStepTimesOut('charge', { times: 1 }).expectCompleted();
    expect(run.calls.filter(({ step }) => step === 'charge').map(({ answer }) => answer?.status)).toEqual([
      undefined,
      200,
    ]);
  });

  it('is the pivot and stays in doubt, an operator has to look', async () => {
    const run = await order.whenStepTimesOut('ship').expectStuck('ship');
    expect(run.step('ship').error?.code).toBe('pivot-in-doubt');
  });

  it('is optional and fails, the saga goes on', async () => {
    expect((await order.whenStepFails('greet').expectCompleted()).step('greet').status).toBe('failed');
  });
});

describe('when a compensation', () => {
  const rejected = order.whenStepRejects('charge');

  it('fails a few times, it is repeated', async () => {
    const run = await rejected.whenCompensationFails('reserve', { times: 3 }).expectCompensated(['reserve']);
    expect(run.step('reserve').attempts).toEqual({ action: 1, compensation: 4 });
  });

  it('fails for good, the saga is stuck', async () => {
    await rejected.whenCompensationFails('reserve').expectStuck('reserve');
  });

  it('is rejected, the saga is stuck at once', async () => {
    const run = await rejected.whenCompensationRejects('reserve', { message: 'gone' }).expectStuck('reserve');
    expect(run.step('reserve')).toMatchObject({ attempts: { compensation: 1 }, error: { message: 'gone' } });
  });
});

describe('when a participant is down', () => {
  it('for a while, the saga waits for it', async () => {
    const run = await order.whenParticipantIsDown('payment', { for: '3s' }).expectCompleted();
    expect(run.elapsed).toBe(1_000 + 2_000);
  });

  it('for longer than the attempts last, the saga turns back', async () => {
    await order.whenParticipantIsDown('payment', { for: '10m' }).expectCompensated(['reserve']);
  });

  it('only later, nothing happens to a saga that is done by then', async () => {
    await order.whenParticipantIsDown('payment', { after: '1s' }).expectCompleted();
  });
});

describe('the policy of a participant', () => {
  const patient = (policies: TestSetup['policies']): Scenario =>
    sagaTest(
      { name: 'call', steps: [{ name: 'ring', participant: 'phone', compensation: 'none', action: { path: '/' } }] },
      { participants: { phone: {} }, policies },
    ).given({});

  it('says how often it is called, and how long it may take', async () => {
    const retry = { maxAttempts: 3, initialInterval: '1s', jitter: 'none', budget: null } as const;
    const run = await patient({ phone: { retry, timeout: { total: '10s' } } })
      .whenStepTimesOut('ring')
      .run();
    expect([run.step('ring').attempts.action, run.elapsed]).toEqual([3, 3 * 10_000 + 1_000 + 2_000]);
  });

  it('is refused with all that is wrong with it', () => {
    expect(() => patient({ phone: { retry: { factor: 0 }, timeout: { total: '1y' as '1d' } } })).toThrow(
      /the policy of phone can't work:\n {2}- \/retry\/factor: .*\n {2}- \/timeout\/total: must be a duration/,
    );
  });
});

describe('a handler', () => {
  const charging = (handler: TestHandlers['/']): ReturnType<SagaTest['given']> =>
    orders({ payment: { '/charges': handler, '/charges/refund': () => null } }).given({ sku: 'book' });

  it('says no by throwing Rejected', async () => {
    const no = charging(() => {
      throw new Rejected('card declined');
    });
    expect((await no.expectCompensated(['reserve'])).step('charge').error).toMatchObject({
      code: 'http-409',
      message: 'card declined',
    });
  });

  it('says not now by throwing Later, and is asked again after that time', async () => {
    const later = charging(({ attempt }) => {
      if (attempt === 1) throw new Later('90s');
    });
    expect((await later.expectCompleted()).elapsed).toBe(90_000);
  });

  it('that throws anything else leaves its step in doubt, and the timeline says what it threw', async () => {
    const broken = charging(() => {
      throw new RangeError('off by one');
    });
    const run = await broken.expectCompensated(['charge', 'reserve']);
    expect(String(run)).toContain('RangeError: off by one');
  });

  it('may take its time, which takes none of the saga', async () => {
    const slow = charging(async () => new Promise((resolve) => setTimeout(resolve, 5, { paid: true })));
    expect(await slow.expectCompleted()).toMatchObject({ elapsed: 0, steps: [{}, { output: { paid: true } }, {}, {}] });
  });

  it('finds the parameters of its path', async () => {
    const definition = {
      name: 'visit',
      steps: [
        {
          name: 'knock',
          participant: 'house',
          compensation: 'none',
          action: { path: "{% '/doors/' & input & '/bell' %}" },
        },
      ],
      output: '{% steps.knock.output %}',
    };
    const house = { '/doors/:number/bell': ({ params }: { params: object }) => params };
    await sagaTest(definition, { participants: { house } }).given(7).expectCompleted({ number: '7' });
  });
});

describe('a step that its participant accepts', () => {
  const accepting = orders({ payment: { '/charges': () => new Accepted(), '/charges/refund': () => null } }).given({});

  it('is done after a second, unless the test says otherwise', async () => {
    const run = await accepting.expectCompleted();
    expect([run.step('charge').output, run.elapsed]).toEqual([null, 1_000]);
  });

  it('is done when the test says so', async () => {
    const run = await accepting.whenCallback('charge', { paid: true }, { after: '2h' }).expectCompleted();
    expect([run.step('charge').output, run.elapsed]).toEqual([{ paid: true }, 7_200_000]);
    expect(String(run)).toContain('+2h  charge is done: {"paid":true}');
  });

  it('is rejected when the test says so', async () => {
    const run = await accepting.whenCallbackRejects('charge', 'no cover').expectCompensated(['reserve']);
    expect(run.reason?.message).toBe('charge: no cover');
  });

  it('is asked for again when nothing is heard, and undone in the end', async () => {
    const run = await accepting.whenCallbackNeverComes('charge').expectCompensated(['charge', 'reserve']);
    expect(run.elapsed).toBeGreaterThan(4 * 86_400_000);
    expect(String(run)).toMatch(/\+1d {2}charge: the callback did not come in time\n +\+1d 1s {2}charge action #2/);
  });

  it('is done by the word of its handler', async () => {
    const told: boolean[] = [];
    const payment: TestHandlers = {
      '/charges': async (call) => {
        told.push(await call.callback().succeed({ paid: true }));
        return new Accepted();
      },
      '/charges/refund': () => null,
    };
    const run = await orders({ payment }).given({}).expectCompleted();
    expect([run.step('charge').output, told, run.elapsed]).toEqual([{ paid: true }, [true], 0]);
  });

  it('is waited for while its handler keeps the handle to itself', async () => {
    const payment: TestHandlers = {
      '/charges': (call) => {
        call.callback();
        return new Accepted();
      },
      '/charges/refund': () => null,
    };
    const run = await orders({ payment }).given({}).expectCompensated(['charge', 'reserve']);
    expect(run.step('charge').error?.code).toBe('callback-timeout');
  });

  it('is done once, however often its handler says so', async () => {
    const payment: TestHandlers = {
      '/charges': async (call) => {
        const callback = call.callback();
        const succeed = (): Promise<boolean> => callback.succeed(1);
        expect(await Promise.all([succeed(), succeed(), succeed()])).toEqual([true, true, true]);
        return new Accepted();
      },
      '/charges/refund': () => null,
    };
    const run = await orders({ payment }).given({}).expectCompleted();
    expect(run.journal.map(({ seq }) => seq)).toEqual(run.journal.map((_, i) => i + 1));
  });
});

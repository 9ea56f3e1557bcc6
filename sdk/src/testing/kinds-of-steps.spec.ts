import { sagaTest, type Scenario } from './index.js';

describe('a saga that waits', () => {
  const approval = {
    name: 'approve-order',
    deadline: '7d',
    steps: [
      { name: 'hold', participant: 'stock', action: { path: '/holds' }, compensation: { path: '/holds/cancel' } },
      { name: 'approval', signal: 'approved', timeout: '2d' },
      {
        name: 'bonus',
        participant: 'stock',
        when: '{% steps.approval.output.bonus %}',
        compensation: 'none',
        action: { path: '/bonus' },
      },
    ],
  };
  const waiting = sagaTest(approval, { participants: { stock: {} } }).given({});

  it('goes on when it is signalled', async () => {
    const run = await waiting.whenSignalled('approved', { bonus: true }, { after: '1h' }).expectCompleted();
    expect([run.step('bonus').status, run.elapsed]).toEqual(['succeeded', 3_600_000]);
  });

  it('leaves a step out whose condition does not hold', async () => {
    const run = await waiting.whenSignalled('approved', { bonus: [] }).expectCompleted();
    expect(run.step('bonus').status).toBe('skipped');
  });

  it('turns back when nobody signals in time', async () => {
    expect((await waiting.expectCompensated(['hold'])).elapsed).toBe(2 * 86_400_000);
  });

  it('turns back when it is cancelled', async () => {
    const run = await waiting.whenCancelled({ after: '1d', reason: 'changed my mind' }).expectCompensated(['hold']);
    expect(run.reason).toEqual({ code: 'cancelled', message: 'changed my mind' });
  });

  it('is unfinished while nobody says anything', async () => {
    const patient = { ...approval, deadline: undefined, steps: [{ name: 'approval', signal: 'approved' }] };
    await sagaTest(patient).given({}).expectUnfinished();
  });

  it('can not be cancelled past its pivot, and the timeline says so', async () => {
    const shipped = {
      name: 'shipped',
      steps: [
        { name: 'ship', participant: 'a', kind: 'pivot', action: { path: '/' } },
        { name: 'nap', sleep: '1d' },
      ],
    };
    const run = await sagaTest(shipped, { participants: { a: {} } })
      .given({})
      .whenCancelled({ after: '1h' })
      .expectCompleted();
    expect(String(run)).toContain('cancel was refused: past-pivot');
  });
});

describe('a child saga', () => {
  const parent = {
    name: 'order',
    steps: [
      { name: 'ship', saga: 'ship-order', input: { to: '{% input.city %}' } },
      { name: 'bill', participant: 'payment', action: { path: '/bills' }, compensation: 'none' },
    ],
    output: '{% steps.ship.output %}',
  };
  const child = {
    name: 'ship-order',
    input: { type: 'object', required: ['to'], properties: { to: { type: 'string' } } },
    steps: [
      {
        name: 'pack',
        participant: 'shipping',
        action: { path: '/parcels' },
        compensation: { path: '/parcels/unpack' },
      },
    ],
    output: { city: '{% input.to %}' },
  };
  const test = sagaTest(parent, { children: [child], participants: { payment: {}, shipping: {} } });

  it('runs with the input that its parent gives it, and ends with its parent', async () => {
    const run = await test.given({ city: 'Oslo' }).expectCompleted({ city: 'Oslo' });
    expect(run.children).toMatchObject([{ definition: 'ship-order', status: 'completed', output: { city: 'Oslo' } }]);
  });

  it('is undone as a whole when its parent turns back', async () => {
    const run = await test.given({ city: 'Oslo' }).whenStepRejects('bill').expectCompensated(['ship']);
    expect(run.children).toMatchObject([{ status: 'compensated', reason: { code: 'parent-turned-back' } }]);
  });

  it('lets its parent turn back when it fails', async () => {
    await test.given({ city: 'Oslo' }).whenStepRejects('ship-order/pack').expectCompensated([]);
  });

  it('that is past its pivot can not be undone, and an operator has to look', async () => {
    const irreversible = {
      ...child,
      steps: [{ name: 'pack', participant: 'shipping', kind: 'pivot', action: { path: '/' } }],
    };
    const run = await sagaTest(parent, { children: [irreversible], participants: { payment: {}, shipping: {} } })
      .given({ city: 'Oslo' })
      .whenStepRejects('bill')
      .expectStuck('ship');
    expect(run.step('ship').error?.code).toBe('child-past-pivot');
  });

  it('is refused when its input is wrong', async () => {
    expect((await test.given({}).expectCompensated([])).step('ship').error?.code).toBe('invalid-input');
  });
});

describe('an expression that fails', () => {
  const shouting = (output: string, body: string): Scenario =>
    sagaTest(
      {
        name: 'shout',
        steps: [{ name: 'cry', participant: 'p', compensation: 'none', action: { path: '/', body } }],
        output,
      },
      { participants: { p: {} } },
    ).given({ name: 'Ada' });

  it('in a body, is a no', async () => {
    const run = await shouting('ok', '{% input.name + 1 %}').expectCompensated([]);
    expect(run.step('cry').error?.code).toBe('mapping-error');
    expect(run.calls).toEqual([]);
  });

  it('in the output, costs the saga its output and nothing else', async () => {
    const run = await shouting('{% input.name + 1 %}', 'ok').expectCompleted(null);
    expect(String(run)).toMatch(/completed: null \(no output: .+\)$/);
  });
});

describe('a saga that would go on for ever', () => {
  it('is left alone after a while', async () => {
    const keen = {
      name: 'keen',
      steps: [
        { name: 'ship', participant: 'a', kind: 'pivot', action: { path: '/' } },
        { name: 'tell', participant: 'a', action: { path: '/tell' } },
      ],
    };
    const run = await sagaTest(keen, { participants: { a: {} } })
      .given({})
      .whenStepFails('tell')
      .expectUnfinished();
    expect(String(run)).toMatch(/the test lost patience$/);
  });
});

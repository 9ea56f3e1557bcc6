import type { DefinitionRef } from '../client/definition-ref.js';
import { sagaTest, SagaTestSetupError, type TestHandlers } from './index.js';

const step = (name: string, more: object = {}): object => ({
  name,
  participant: 'shop',
  action: { path: `/${name}` },
  compensation: { path: `/${name}/undo` },
  ...more,
});
const order = { name: 'order', steps: [step('reserve'), step('charge')] };

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof SagaTestSetupError) return error.problems;
    throw error;
  }
  return [];
}

describe('a test that can not work says all that is wrong with', () => {
  it('the definition, by its places', () => {
    const definition = {
      name: 'order',
      steps: [step('a', { after: ['b'] }), { name: 'c', participant: 'p', action: {} }],
    };
    expect(problemsOf(() => sagaTest(definition))).toEqual([
      '/steps/1/action/path: is missing',
      '/steps/0/after/0: no step is called b, did you mean a?',
    ]);
  });

  it('the participants', () => {
    const shop: TestHandlers = { '/reserve': () => null, '/reserve/undo': () => null, '/charges': () => null };
    expect(problemsOf(() => sagaTest(order, { participants: { shop } }))).toEqual([
      'order/charge: the participant shop of the test has no handler for /charge, did you mean /charges? (action)',
      'order/charge: the participant shop of the test has no handler for /charge/undo, only for /reserve, /reserve/undo, /charges (compensation)',
    ]);
    expect(problemsOf(() => sagaTest(order, { participants: { shopp: {} } }))).toEqual([
      'order/reserve: the test has no participant shop, did you mean shopp?',
      'order/charge: the test has no participant shop, did you mean shopp?',
    ]);
    expect(
      problemsOf(() => sagaTest(order, { participants: { shop: {} }, policies: { shp: {} }, secrets: { me: 'x' } })),
    ).toEqual([
      'policies: the test has no participant shp, did you mean shop?',
      'secrets: the test has no participant me',
    ]);
    expect(problemsOf(() => sagaTest(order))).toContain(
      'order/reserve: the test has no participant shop: add shop: {} to participants',
    );
    expect(problemsOf(() => sagaTest(order, { participants: { shop: { '/a b': () => null } } }))).toHaveLength(1);
  });

  it('the child sagas', () => {
    const parent = { name: 'parent', steps: [{ name: 'sub', saga: 'order' }] };
    expect(problemsOf(() => sagaTest(parent))).toEqual(['parent/sub: add the definition of order to children']);
    expect(problemsOf(() => sagaTest(parent, { children: [order] }))).toHaveLength(2);
  });
});

describe('a scenario that can not be', () => {
  const scenario = sagaTest(order, { participants: { shop: {} } }).given({});
  it.each([
    ['an unknown step', scenario.whenStepFails('charg'), 'there is no step charg, did you mean charge?'],
    [
      'a step of an unknown child',
      scenario.whenStepFails('ship/pack'),
      'there is no step ship/pack: there are reserve, charge',
    ],
    ['an unknown participant', scenario.whenParticipantIsDown('shp'), 'no step calls a participant shp'],
    ['an unknown signal', scenario.whenSignalled('go'), 'no step waits for a signal go'],
  ])('is refused for %s', async (_, wrong, message) => {
    await expect(wrong.run()).rejects.toThrow(message);
  });

  it('is refused for what a step does not have', async () => {
    const definition = { name: 'nap', steps: [{ name: 'rest', sleep: '1s' }, step('wake', { compensation: 'none' })] };
    const nap = sagaTest(definition, { participants: { shop: {} } }).given({});
    await expect(nap.whenStepFails('rest').run()).rejects.toThrow('rest calls no participant: it is a sleep step');
    await expect(nap.whenCompensationFails('wake').run()).rejects.toThrow('wake has no compensation');
  });

  it('is refused for an input that fails its schema', async () => {
    const strict = { ...order, input: { type: 'object', required: ['sku'], properties: { qty: { type: 'number' } } } };
    const test = sagaTest(strict, { participants: { shop: {} } });
    await expect(test.given({ qty: 'two' }).run()).rejects.toThrow(
      "order can't be started with this input:\n  - /input/sku: is missing\n  - /input/qty: must be number",
    );
  });

  it('is refused for a computed path that leads nowhere', async () => {
    const definition = { name: 'visit', steps: [step('knock', { action: { path: "{% '/doors/' & input %}" } })] };
    const shop = { '/door/:number': () => null, '/knock/undo': () => null };
    await expect(sagaTest(definition, { participants: { shop } }).given(7).run()).rejects.toThrow(
      'visit/knock: the participant shop of the test has no handler for /doors/7, only for /door/:number, /knock/undo',
    );
  });
});

describe('the input', () => {
  it('is of the type that the definition says', () => {
    const typed = order as DefinitionRef<{ sku: string; qty: number }> & typeof order;
    const test = sagaTest(typed, { participants: { shop: {} } });
    test.given({ sku: 'book', qty: 1 });
    // @ts-expect-error: a number is no text
    test.given({ sku: 1, qty: 1 });
    // @ts-expect-error: qty is missing
    test.given({ sku: 'book' });
    // @ts-expect-error: an input is needed
    test.given();
    sagaTest(order, { participants: { shop: {} } }).given();
  });
});

describe('scenarios', () => {
  it('share their beginning without getting into each other', async () => {
    const beginning = sagaTest(order, { participants: { shop: {} } }).given({});
    await beginning.whenStepFails('charge').expectCompensated(['reserve']);
    await beginning.expectCompleted();
  });

  it('are run with participants of their own if the setup is a function, which may take its time', async () => {
    let made = 0;
    const test = sagaTest(order, async () => {
      await Promise.resolve();
      made++;
      return { participants: { shop: {} } };
    });
    await test.given({}).expectCompleted();
    await test.given({}).expectCompleted();
    expect(made).toBe(2);
  });

  it('have ids of their own, so that no participant takes one for another', async () => {
    const scenario = sagaTest(order, { participants: { shop: {} } }).given({});
    const ids = [await scenario.run(), await scenario.run(), await scenario.run()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('wait the same times for one seed, and others for another', async () => {
    const elapsed = async (seed: number): Promise<number> =>
      (
        await sagaTest(order, { participants: { shop: {} }, seed })
          .given({})
          .whenStepFails('charge')
          .run()
      ).elapsed;
    expect(await elapsed(1)).toBe(await elapsed(1));
    expect(await elapsed(1)).not.toBe(await elapsed(2));
  });

  it('start when the setup says', async () => {
    const told = { ...order, output: '{% saga.startedAt %}' };
    const startsAt = new Date('2031-05-06T07:08:09Z');
    await sagaTest(told, { participants: { shop: {} }, startsAt })
      .given({})
      .expectCompleted('2031-05-06T07:08:09.000Z');
  });
});

describe('an expectation that is not met', () => {
  const scenario = sagaTest({ ...order, output: { done: true } }, { participants: { shop: {} } }).given({
    sku: 'book',
  });

  it('shows all that happened', async () => {
    await expect(scenario.whenStepRejects('charge').expectCompleted()).rejects.toThrow(
      [
        'Expected the saga to be completed.',
        '',
        'order was compensated after 0ms: step-rejected (charge: rejected by the test)',
        '      +0ms  started with {"sku":"book"}',
        '      +0ms  reserve action #1: POST shop/reserve {"sku":"book"} -> 200 null',
        '      +0ms  charge action #1: POST shop/charge {"sku":"book"} -> 409 {"status":409,"detail":"rejected by the test"} (said by the test)',
        '      +0ms  charge is rejected: http-409 (rejected by the test)',
        '      +0ms  turns back: step-rejected (charge: rejected by the test)',
        '      +0ms  reserve compensation #1: POST shop/reserve/undo {"input":{"sku":"book"},"output":null,"reason":{"code":"step-rejected","message":"charge: rejected by the test"}} -> 200 null',
        '      +0ms  compensated',
      ].join('\n'),
    );
  });

  it.each([
    [
      'another output',
      () => scenario.expectCompleted({ done: false }),
      'Expected the output {"done":false}, but it is {"done":true}.',
    ],
    ['no compensation', () => scenario.expectCompensated(), 'Expected the saga to be compensated.'],
    [
      'other steps',
      () => scenario.whenStepRejects('charge').expectCompensated(['reserve', 'charge']),
      'Expected these steps to be undone: reserve, charge; but these were: reserve.',
    ],
    ['no operator needed', () => scenario.expectStuck(), 'Expected the saga to be stuck.'],
    [
      'another step stuck',
      () => scenario.whenStepRejects('charge').whenCompensationRejects('reserve').expectStuck('charge'),
      'Expected the saga to be stuck at charge.',
    ],
    ['nothing left to do', () => scenario.expectUnfinished(), 'Expected the saga to be unfinished.'],
    [
      'no such step',
      async () => (await scenario.run()).step('chrge'),
      'Expected a step chrge, but there are reserve, charge.',
    ],
  ])('says so: %s', async (_, expectation, message) => {
    await expect(expectation()).rejects.toThrow(message);
  });
});

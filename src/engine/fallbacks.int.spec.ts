import { call, hasEnded, OpenedEngine, until } from '../../test/engine/opened-engine.js';
import type { JsonObject } from '../saga/json.js';
import type { SagaState } from '../saga/state.js';
import type { Engine } from './engine.js';

jest.setTimeout(60_000);

const once = { retry: { maxAttempts: 1 } };
const tips = (more: JsonObject): JsonObject & { name: string } => ({
  name: 'tips',
  steps: [
    { name: 'suggest', participant: 'p', action: { path: '/suggest' }, compensation: { path: '/forget' }, ...more },
    call('b'),
  ],
});
const NAMED = {
  fallbacks: {
    favourites: { response: ['tea'] },
    from_input: { expression: "{% [input.last, 'again'] %}" },
    elsewhere: { participant: 'other', path: '/top' },
  },
};

let opened: OpenedEngine;
let isDown = false;

beforeEach(async () => {
  opened = await OpenedEngine.open();
  isDown = false;
  opened.participant.behave = ({ step, path, operation }) => {
    if (path === '/top') return { status: 200, body: ['top'] };
    if (step !== 'suggest' || operation === 'compensation') return undefined;
    return isDown ? { status: 500 } : { status: 200, body: ['coffee'] };
  };
});

afterEach(() => opened.close());

async function ended(engine: Engine, input: JsonObject = {}): Promise<SagaState> {
  const { state } = await engine.startSaga({ definition: 'tips', input });
  return until(engine, state.id, hasEnded);
}

const callsOf = (state: SagaState) => opened.participant.of(state.id).filter((seen) => seen === 'action suggest');

describe('what stands in for an answer', () => {
  it('is the last good answer to the same question, with its age, and never that to another', async () => {
    await opened.define(tips({ ...once, fallback: { strategy: 'cache_only' } }));
    const engine = await opened.engine();
    expect((await ended(engine, { for: 'ann' })).steps[0]).toMatchObject({ output: ['coffee'], degraded: null });
    isDown = true;
    const again = await ended(engine, { for: 'ann' });
    expect(again.steps[0]).toMatchObject({ status: 'succeeded', output: ['coffee'], degraded: 'cache_only' });
    expect(again.steps[0]!.degradedAge).toBeGreaterThanOrEqual(0);
    expect(again.ended).toBe('completed');
    expect((await ended(engine, { for: 'bob' })).ended).toBe('compensated');
  });

  it.each([
    ['favourites', ['tea'], '/suggest'],
    ['from_input', ['milk', 'again'], '/suggest'],
    ['elsewhere', ['top'], '/top'],
  ])('is what the resilience file calls %s', async (strategy, output, lastPath) => {
    await opened.putDefaults(NAMED);
    await opened.putParticipant('other');
    await opened.define(tips({ ...once, fallback: { strategy } }));
    isDown = true;
    const state = await ended(await opened.engine(), { last: 'milk' });
    expect(state.steps[0]).toMatchObject({ status: 'succeeded', output, degraded: strategy });
    const asked = opened.participant.calls.filter(({ step }) => step === 'suggest');
    expect(asked.at(-1)!.path).toBe(lastPath);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(asked.length);
  });

  it('waits until the attempts are used up, and is no answer when the file no longer knows it', async () => {
    await opened.putDefaults(NAMED);
    await opened.define(
      tips({ retry: { maxAttempts: 3, initialInterval: '1ms' }, fallback: { strategy: 'favourites' } }),
    );
    isDown = true;
    const engine = await opened.engine();
    const state = await ended(engine);
    expect(callsOf(state)).toHaveLength(3);
    expect(state.steps[0]).toMatchObject({ degraded: 'favourites', attempts: { action: 3 } });
    await opened.putDefaults({});
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await ended(engine)).ended).toBe('compensated');
  });

  it('answers at once while the breaker is open: nothing is sent, no attempt is used up, nothing is to be undone', async () => {
    await opened.putParticipant('p', {
      circuitBreaker: { consecutiveFailures: 2, resetTimeout: '1h', maxResetTimeout: '1h' },
    });
    const fallback = { strategy: 'static_response', response: [] };
    await opened.define(tips({ ...once, fallback }));
    isDown = true;
    const engine = await opened.engine();
    await opened.define({ name: 'plain', steps: [call('suggest', { retry: { initialInterval: '1ms' } })] });
    const plain = await engine.startSaga({ definition: 'plain', input: {} });
    await until(
      engine,
      plain.state.id,
      (s) => s.steps[0]!.attempts.action === 2 && s.steps[0]!.wait?.for === 'release',
    );
    const { state } = await engine.startSaga({ definition: 'tips', input: {} });
    const degraded = await until(engine, state.id, (s) => s.steps[0]!.status === 'succeeded');
    expect(degraded.steps[0]).toMatchObject({ degraded: 'static_response', attempts: { action: 0 }, inDoubt: false });
    expect(callsOf(degraded)).toEqual([]);
    // The next step has nothing to fall back upon: it waits for the breaker.
    const parked = await until(engine, state.id, (s) => s.steps[1]!.wait !== null);
    expect(parked.steps[1]).toMatchObject({ wait: { for: 'release', by: 'breaker' }, attempts: { action: 0 } });
  });

  it('is that of the participant in an optional step without its own, as soon as the participant is degraded', async () => {
    await opened.putParticipant('p', {
      degradation: {
        fallback: { strategy: 'static_response', response: ['by policy'] },
        conditions: [{ type: 'error_rate', threshold: '50%' }],
      },
    });
    await opened.define({
      name: 'tips',
      steps: [
        {
          name: 'suggest',
          participant: 'p',
          optional: true,
          action: { path: '/suggest' },
          compensation: 'none',
          ...once,
        },
      ],
    });
    isDown = true;
    const engine = await opened.engine();
    const states: SagaState[] = [];
    for (let i = 0; i < 25; i++) states.push(await ended(engine));
    expect(states.map(({ steps }) => steps[0]!.degraded)).toEqual(Array(25).fill('static_response'));
    const asked = states.filter((state) => callsOf(state).length > 0).length;
    // Ten calls are enough to tell; after that about one in ten is asked, to see how it goes.
    expect(asked).toBeGreaterThanOrEqual(10);
    expect(asked).toBeLessThan(20);
  });
});

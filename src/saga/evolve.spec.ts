import { define } from '../../test/saga/definitions.js';
import { SAGA_ID, START, Story } from '../../test/saga/story.js';
import { evolve, replay } from './evolve.js';
import type { Entry, Fact } from './facts.js';
import { stepError } from './step-error.js';
import { statusOf } from './state.js';

const order = define([{ name: 'reserve' }, { name: 'ship' }]);
const started = { type: 'saga-started', definition: 'place-order', version: 1, input: { sku: 'A1' } } as const;
const first: Entry = { seq: 1, at: START, by: 'api', facts: [started] };

describe('a journal', () => {
  it('begins with what the saga was started with', () => {
    const fact = { ...started, businessKey: 'o-7', concurrencyKey: 'cart-7', tags: { shop: 'north' } };
    const state = replay(SAGA_ID, order, [{ ...first, facts: [fact] }]);
    expect(state).toMatchObject({
      id: SAGA_ID,
      seq: 1,
      input: { sku: 'A1' },
      businessKey: 'o-7',
      concurrencyKey: 'cart-7',
      tags: { shop: 'north' },
      startedAt: START,
      direction: 'forward',
    });
    expect(state.steps.map((is) => is.status)).toEqual(['running', 'pending']);
  });

  it('that does not begin with a start, or has a gap, is not believed', () => {
    expect(() => replay(SAGA_ID, order, [{ ...first, facts: [] }])).toThrow('does not begin with saga-started');
    expect(() => replay(SAGA_ID, order, [first, { ...first, seq: 3 }])).toThrow('goes from 1 to 3');
  });

  it('may hold facts of a newer release, which are passed over', () => {
    const unknown = { type: 'step-teleported', step: 'reserve' } as unknown as Fact;
    const state = replay(SAGA_ID, order, [first]);
    const after = evolve(state, { seq: 2, at: START + 1, by: 'engine', facts: [unknown] });
    expect(after).toEqual({ ...state, seq: 2 });
  });

  it('is undone by the definition that the saga started with, whatever has been published since', () => {
    const second = define([{ name: 'ship' }], { version: 2 });
    const saga = new Story(order).succeed('reserve').cancel().lost('ship');
    expect(new Story(second).todo()).toEqual(['call action ship #1']);
    expect(saga.todo()).toEqual(['call compensation ship #1']);
    expect(saga.succeed('ship', 'reserve').status).toBe('compensated');
  });

  it('does not change a state that was read before', () => {
    const state = replay(SAGA_ID, order, [first]);
    const copy = structuredClone({ ...state, definition: null });
    evolve(state, { seq: 2, at: START, by: 'engine', facts: [{ type: 'step-succeeded', step: 'reserve', output: 1 }] });
    expect({ ...state, definition: null }).toEqual(copy);
  });
});

describe('a saga that was set aside', () => {
  it('is stuck, and does nothing but listen', () => {
    const saga = new Story(order);
    const error = stepError('driver-failed', 'its state can not be read');
    saga.state = evolve(saga.state, { seq: 2, at: START, by: 'sweep', facts: [{ type: 'saga-set-aside', error }] });
    expect(statusOf(saga.state)).toBe('stuck');
    expect(saga.plan()).toEqual({ commands: [], wakeAt: null });
  });
});

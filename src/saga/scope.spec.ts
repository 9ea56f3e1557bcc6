import { define } from '../../test/saga/definitions.js';
import { failed, rejected, SAGA_ID, START, Story, succeeded } from '../../test/saga/story.js';
import type { CallStep } from './definition.js';
import { actionBody, compensationBody, operationKey, scopeOf } from './scope.js';
import type { Template } from './template.js';

/** Shows all the steps that an expression would see. */
const seen: Template = { source: '{% steps %}', evaluate: ({ steps }) => ({ ...steps }) };

describe('what is sent', () => {
  const order = define([
    { name: 'quote' },
    { name: 'hotel', after: ['quote'], body: seen },
    { name: 'flight', after: ['quote'] },
    { name: 'pay', after: ['hotel', 'flight'] },
  ]);
  const step = (name: string) => order.steps.find((s) => s.name === name) as CallStep;
  const input = { sku: 'A1' };
  const booking = () => new Story(order, { input }).succeed('quote');

  it('is the input of the saga when the definition names no body', () => {
    expect(actionBody(booking().state, step('flight'))).toEqual(input);
  });

  it('is the same for every attempt, whatever the branches beside it do in between', () => {
    const saga = booking();
    const first = actionBody(saga.state, step('hotel'));
    saga.reply('hotel', failed('in-doubt')).reply('flight', succeeded({ seat: 3 }));
    expect(actionBody(saga.state, step('hotel'))).toEqual(first);
    expect(first).toEqual({ quote: { output: { of: 'quote' }, status: 'succeeded' } });
  });

  it('tells a compensation what was sent, what was answered, and why', async () => {
    const saga = booking()
      .reply('flight', succeeded({ seat: 3 }))
      .reply('hotel', rejected);
    expect(await compensationBody(saga.state, step('flight'))).toEqual({
      input,
      output: { seat: 3 },
      reason: { code: 'step-rejected', message: 'hotel: sold out' },
    });
  });

  it('tells a compensation that no answer was received', async () => {
    const saga = booking().cancel().lost('hotel').lost('flight');
    expect(await compensationBody(saga.state, step('flight'))).toMatchObject({ input, output: null });
  });

  it('has a key that depends on nothing but saga, step and operation', () => {
    expect(operationKey(SAGA_ID, 'hotel', 'action')).toBe(`${SAGA_ID}/hotel/action`);
  });

  it('sees no inherited property of the steps', () => {
    const { steps, saga } = scopeOf(booking().state);
    expect('constructor' in steps).toBe(false);
    expect(saga).toEqual({ id: SAGA_ID, name: 'place-order', startedAt: new Date(START).toISOString() });
  });
});

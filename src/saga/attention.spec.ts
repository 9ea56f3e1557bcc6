import { define } from '../../test/saga/definitions.js';
import { failed, refused, rejected, Story } from '../../test/saga/story.js';
import { attentionOf } from './attention.js';
import { stepError } from './step-error.js';

const order = define([{ name: 'reserve' }, { name: 'charge' }]);

describe('what calls for attention', () => {
  it('is nothing while all goes well, and nothing when the saga has ended', () => {
    const saga = new Story(order).succeed('reserve');
    expect(attentionOf(saga.state)).toBeNull();
    expect(attentionOf(saga.reply('charge', rejected).succeed('reserve').state)).toBeNull();
  });

  it('is an operation that is tried again and again', () => {
    const saga = new Story(order).reply('reserve', failed('none'));
    expect(attentionOf(saga.state)).toMatchObject({
      kind: 'retrying',
      step: 'reserve',
      participant: 'reserve',
      operation: 'action',
      code: 'connection-refused',
      since: saga.now,
    });
  });

  it('is still an operation that is tried again while a policy holds it back, but not one that was never tried', () => {
    const saga = new Story(order).reply('reserve', refused());
    expect(attentionOf(saga.state)).toBeNull();
    saga.wait(5_000).reply('reserve', failed('none')).wait(60_000).reply('reserve', refused());
    expect(attentionOf(saga.state)).toMatchObject({ kind: 'retrying', step: 'reserve', code: 'connection-refused' });
    const undoing = new Story(order).reply('reserve', failed('in-doubt')).cancel().lost('reserve', true);
    expect(attentionOf(undoing.reply('reserve', refused()).state)).toBeNull();
  });

  it('is a step that is stuck, before one that is tried again', () => {
    const pair = define([{ name: 'a' }, { name: 'b', after: [] }, { name: 'c', after: [] }]);
    const saga = new Story(pair).succeed('a', 'b').reply('c', rejected).reply('a', failed('none')).reply('b', rejected);
    expect(attentionOf(saga.state)).toMatchObject({ kind: 'stuck', step: 'b', operation: 'compensation' });
  });
});

describe('the fingerprint of an error', () => {
  it.each([
    ['ids', 'order 0190a6d2-7c1e-7000-8000-000000000001 is gone', 'order 0190a6d2-7c1e-7000-8000-00000000ffff is gone'],
    ['numbers', 'only 3 of 12 left', 'only 7 of 90 left'],
    ['what is quoted', 'no such sku "A1"', 'no such sku "B 2"'],
    ['spaces and case', 'Card  refused', 'card refused'],
  ])('does not depend on %s', (_, one, other) => {
    expect(stepError('http-409', one).fingerprint).toBe(stepError('http-409', other).fingerprint);
  });

  it('differs between causes', () => {
    const prints = [
      stepError('http-409', 'sold out'),
      stepError('http-422', 'sold out'),
      stepError('http-409', 'card stolen'),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(prints).size).toBe(3);
    for (const print of prints) expect(print).toMatch(/^[0-9a-f]{12}$/);
  });

  it('comes with a message of bounded length', () => {
    expect(stepError('http-500', 'x'.repeat(10_000)).message).toHaveLength(300);
  });
});

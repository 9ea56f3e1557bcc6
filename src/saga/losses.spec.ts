import { define } from '../../test/saga/definitions.js';
import { failed, refused, Story } from '../../test/saga/story.js';

const once = { maxAttempts: 1 };
const order = define([
  { name: 'reserve', retry: once },
  { name: 'ship', kind: 'pivot', retry: once },
]);

describe('a driver that takes a saga over', () => {
  it('sends a call that may have been sent before again, under the same number', () => {
    const saga = new Story(order).lost('reserve');
    expect(saga.facts).toEqual(['call-lost']);
    expect(saga.todo()).toEqual(['call action reserve #1']);
    expect(saga.succeed('reserve', 'ship').status).toBe('completed');
  });

  it('does not take its own refused connection as proof that nothing took effect', () => {
    const saga = new Story(order).lost('reserve').reply('reserve', failed('none'));
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('does not take a call that a breaker refused as one that was never sent', () => {
    const saga = new Story(order).lost('reserve').reply('reserve', refused()).cancel();
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('does not undo the other steps when it can not reach the pivot that the driver before it may have reached', () => {
    const saga = new Story(order).succeed('reserve').lost('ship').reply('ship', failed('none'));
    expect(saga.status).toBe('stuck');
    expect(saga.is('reserve').status).toBe('succeeded');
  });

  it('says so only once', () => {
    expect(new Story(order).lost('reserve').lost('reserve').facts).toEqual([]);
  });

  it('knows that nothing was sent while a breaker held the call back, or long before the next attempt', () => {
    expect(new Story(order).reply('reserve', refused()).lost('reserve').facts).toEqual([]);
    const patient = define([{ name: 'reserve', retry: { initialInterval: 60_000 } }]);
    expect(new Story(patient).reply('reserve', failed('none')).lost('reserve').facts).toEqual([]);
  });

  it('trusts nobody near the moment of the next attempt, as clocks may differ by a second', () => {
    const saga = new Story(define([{ name: 'reserve', retry: { initialInterval: 60_000, jitter: 'none' } }]));
    expect(saga.reply('reserve', failed('none')).wait(59_500).lost('reserve').facts).toEqual(['call-lost']);
  });
});

describe('turning back around a call that is not in flight', () => {
  it('undoes what may have been sent', () => {
    const saga = new Story(order).cancel();
    expect(saga.todo()).toEqual(['settle reserve']);
    expect(saga.lost('reserve').facts).toEqual(['step-in-doubt']);
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('leaves alone what was never sent, and what only had attempts without effect', () => {
    expect(new Story(order).cancel().lost('reserve', true).facts).toEqual(['step-skipped', 'saga-compensated']);
    const patient = define([{ name: 'reserve' }]);
    const tried = new Story(patient).reply('reserve', failed('none')).cancel().lost('reserve', true);
    expect(tried.facts).toEqual(['step-failed', 'saga-compensated']);
  });

  it('undoes an earlier attempt in doubt although the next one was not sent', () => {
    const saga = new Story(define([{ name: 'reserve' }])).reply('reserve', failed('in-doubt')).cancel();
    expect(saga.lost('reserve', true).todo()).toEqual(['call compensation reserve #1']);
  });
});

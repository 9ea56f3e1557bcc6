import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, Story } from '../../test/saga/story.js';

const once = { maxAttempts: 1 };
const order = define([
  { name: 'reserve', retry: once },
  { name: 'ship', kind: 'pivot', retry: once },
]);
const takeover = { type: 'taken-over' } as const;

describe('a driver that takes a saga over', () => {
  it('sends a call that may have been sent before again, under the same number', () => {
    const saga = new Story(order).heed(takeover);
    expect(saga.todo()).toEqual(['call action reserve #1']);
    expect(saga.succeed('reserve', 'ship').status).toBe('completed');
  });

  it('does not take its own refused connection as proof that nothing took effect', () => {
    const saga = new Story(order).heed(takeover).reply('reserve', failed('none'));
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('does not take a call that a breaker refused as one that was never sent', () => {
    const saga = new Story(order).heed(takeover).reply('reserve', refused()).cancel();
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('does not undo the other steps when it can not reach the pivot that the driver before it may have reached', () => {
    const saga = new Story(order).succeed('reserve').heed(takeover).reply('ship', failed('none'));
    expect(saga.status).toBe('stuck');
    expect(saga.is('reserve').status).toBe('succeeded');
  });

  it('writes that down even when nothing is running, so that the driver before it is fenced', () => {
    const saga = new Story(order).reply('reserve', accepted).heed(takeover);
    expect(saga.facts).toEqual(['saga-taken-over']);
    expect(saga.steps).toBe('waiting pending');
  });

  it('doubts no call that a breaker held back: letting it go would have been an entry', () => {
    const saga = new Story(order).reply('reserve', refused()).heed(takeover).cancel();
    expect(saga.status).toBe('compensated');
  });

  it('doubts a call that was waiting for its next attempt', () => {
    const saga = new Story(define([{ name: 'reserve' }])).reply('reserve', failed('none')).heed(takeover).cancel();
    expect(saga.lost('reserve', true).todo()).toEqual(['call compensation reserve #1']);
  });
});

describe('turning back around a call that is not in flight', () => {
  it('undoes what may have been sent', () => {
    const saga = new Story(order).cancel();
    expect(saga.todo()).toEqual(['settle reserve']);
    expect(saga.lost('reserve').facts).toEqual(['saga-taken-over', 'step-in-doubt']);
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

import { define } from '../../test/saga/definitions.js';
import { failed, rejected, Story, succeeded } from '../../test/saga/story.js';

const once = { maxAttempts: 1 };
const order = define([
  { name: 'reserve' },
  { name: 'charge', kind: 'pivot', retry: once },
  { name: 'mail', kind: 'retriable' },
]);
const compensate = { type: 'order', order: { verb: 'compensate' }, reason: 'the customer is gone' } as const;
const retry = { type: 'order', order: { verb: 'retry' }, reason: 'again' } as const;
const stuckPivot = () => new Story(order).succeed('reserve').reply('charge', failed('in-doubt'));

describe('an order to compensate', () => {
  it('turns the saga back from where it is', () => {
    const saga = new Story(define([{ name: 'a' }, { name: 'b' }])).succeed('a').heed(compensate);
    expect(saga.facts).toEqual(['order-taken', 'turned-back']);
    expect(saga.state.reason).toEqual({ code: 'ordered', message: 'the customer is gone' });
    expect(saga.lost('b', true).succeed('a').status).toBe('compensated');
  });

  it('waits for the outcome of a pivot that is in flight', () => {
    const saga = new Story(order).succeed('reserve').heed(compensate);
    expect(saga.facts).toEqual(['order-taken', 'turn-requested']);
    expect(saga.heed(compensate).last.refused?.code).toBe('already-compensating');
    expect(saga.reply('charge', succeeded()).state.direction).toBe('forward');
  });

  it('settles a pivot that is stuck in doubt as one that took no effect', () => {
    const saga = stuckPivot();
    expect(saga.status).toBe('stuck');
    expect(saga.heed(compensate).facts).toEqual(['order-taken', 'step-failed', 'turned-back']);
    expect(saga.steps).toBe('compensating failed skipped');
    expect(saga.is('charge').error!.code).toBe('settled-by-order');
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('settles it also when the saga wants to turn back already', () => {
    const saga = stuckPivot().cancel();
    expect(saga.state.direction).toBe('turning');
    expect(saga.heed(compensate).facts).toEqual(['order-taken', 'step-failed', 'turned-back']);
  });

  it('is stuck again if that pivot turns out to have taken effect', () => {
    const saga = stuckPivot().heed(compensate);
    saga.heed({ type: 'reply', step: 'charge', operation: 'action', attempt: 1, reply: succeeded() });
    expect(saga.status).toBe('stuck');
    expect(saga.is('charge').error!.code).toBe('late-success');
  });

  it('is refused after the pivot, and says what can be ordered', () => {
    const saga = new Story(order).succeed('reserve', 'charge').reply('mail', rejected).heed(compensate);
    expect(saga.last.refused).toMatchObject({ code: 'past-pivot' });
    expect([...saga.last.refused!.allowed!].sort()).toEqual(['pause', 'rebind', 'resolve', 'retry', 'skip']);
  });

  it('is refused for a saga that turns back, and for one that has ended', () => {
    const saga = new Story(order).succeed('reserve').reply('charge', rejected);
    expect(saga.heed(compensate).last.refused?.code).toBe('already-compensating');
    expect(saga.succeed('reserve').heed(compensate).last.refused).toMatchObject({ code: 'already-final', allowed: [] });
    expect(saga.heed(retry).last.refused?.code).toBe('already-final');
  });

  it('takes up a saga that was set aside', () => {
    const saga = new Story(order, {}, false);
    saga.state = { ...saga.state, setAside: { error: { code: 'x', message: 'x', fingerprint: 'x' }, since: 0 } };
    expect(saga.heed(compensate).facts).toEqual(['order-taken', 'saga-taken-up', 'turned-back']);
    expect(saga.state.setAside).toBeNull();
  });
});

describe('a cancel', () => {
  it('changes nothing once the saga turns back', () => {
    const saga = new Story(order).succeed('reserve').reply('charge', rejected);
    expect(saga.cancel().last).toEqual({ facts: [] });
  });

  it('leaves a saga that was set aside to an operator', () => {
    const saga = new Story(order, {}, false);
    saga.state = { ...saga.state, setAside: { error: { code: 'x', message: 'x', fingerprint: 'x' }, since: 0 } };
    expect(saga.cancel().facts).toEqual(['order-taken', 'turned-back']);
    expect(saga.status).toBe('stuck');
  });
});

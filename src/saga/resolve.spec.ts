import { define } from '../../test/saga/definitions.js';
import { failed, rejected, Story, succeeded } from '../../test/saga/story.js';

const order = define([
  { name: 'reserve' },
  { name: 'charge' },
  { name: 'ship', kind: 'pivot' },
  { name: 'mail', kind: 'retriable' },
]);
const family = define([{ name: 'deliver', saga: 'delivery' }, { name: 'bill' }]);
const say = (verb: 'pause' | 'resume') => ({ type: 'order', order: { verb }, reason: 'wait' }) as const;
const resolve = (outcome: 'completed' | 'compensated') =>
  ({ type: 'order', order: { verb: 'resolve', outcome }, reason: 'refunded by hand' }) as const;

const stuckBack = () => new Story(order).succeed('reserve').reply('charge', rejected).reply('reserve', rejected);
const stuckForward = () => new Story(order).succeed('reserve', 'charge', 'ship').reply('mail', rejected);
const withChild = () => {
  const chosen = { step: 'deliver', child: 'c1', definition: 'delivery', version: 1 };
  return new Story(family).heed({ type: 'child-chosen', ...chosen });
};

describe('an order to resolve a saga', () => {
  it('ends one that is stuck, in the way that the operator says, without another call', () => {
    for (const outcome of ['completed', 'compensated'] as const) {
      for (const saga of [stuckBack(), stuckForward()]) {
        saga.heed(resolve(outcome));
        expect(saga.facts).toEqual(['order-taken', 'saga-resolved', `saga-${outcome}`]);
        expect(saga.status).toBe(outcome);
        expect(saga.plan()).toEqual({ commands: [], wakeAt: null });
      }
    }
  });

  it('leaves no step behind that looks as if it were under way', () => {
    const saga = new Story(order).succeed('reserve').heed(say('pause'), resolve('completed'));
    expect(saga.steps).toBe('succeeded skipped skipped skipped');
    expect(stuckBack().heed(resolve('compensated')).steps).toBe('compensated rejected skipped skipped');
    expect(stuckBack().heed(resolve('completed')).steps).toBe('skipped rejected skipped skipped');
  });

  it('says why the saga was compensated, if it did not turn back by itself', () => {
    expect(stuckForward().heed(resolve('compensated')).state.reason).toEqual({
      code: 'resolved',
      message: 'refunded by hand',
    });
    expect(stuckBack().heed(resolve('compensated')).state.reason!.code).toBe('step-rejected');
  });

  it('is final: whatever comes afterwards changes nothing', () => {
    const saga = new Story(order).heed(say('pause')).heed(resolve('compensated'));
    const { state } = saga;
    saga.reply('reserve', succeeded(1)).heed({ type: 'tick' }).heed({ type: 'taken-over' });
    expect(saga.state).toBe(state);
    expect(saga.heed(resolve('completed')).last.refused?.code).toBe('already-final');
  });

  it('is for a saga that is stuck or paused: of any other a call may be going out', () => {
    const saga = new Story(order).reply('reserve', failed('none'));
    expect(saga.heed(resolve('completed')).last.refused).toMatchObject({
      code: 'not-stuck',
      allowed: expect.arrayContaining(['pause', 'skip']) as string[],
    });
    expect(saga.heed(say('pause')).heed(resolve('completed')).status).toBe('completed');
  });

  it('can not complete a saga that was paused on its way back', () => {
    const saga = new Story(order).succeed('reserve').cancel().heed(say('pause'));
    expect(saga.heed(resolve('completed')).last.refused?.code).toBe('already-compensating');
    expect(saga.heed(resolve('compensated')).status).toBe('compensated');
  });

  it('ends one that was set aside', () => {
    const saga = new Story(order, {}, false);
    saga.state = { ...saga.state, setAside: { error: { code: 'x', message: 'x', fingerprint: 'x' }, since: 0 } };
    saga.heed(resolve('compensated'));
    expect(saga.facts).toEqual(['order-taken', 'saga-taken-up', 'saga-resolved', 'saga-compensated']);
    expect(saga.status).toBe('compensated');
  });

  it('waits for a child saga to be settled, and leaves it undoable where this is a child itself', () => {
    const running = withChild().heed(say('pause')).heed(resolve('completed'));
    expect(running.last.refused).toMatchObject({
      code: 'child-open',
      message: expect.stringContaining('c1') as string,
    });
    const done = withChild().childEnds('deliver', { kind: 'prepared', output: 1 }).heed(say('pause'));
    expect(done.heed(resolve('compensated')).last.refused?.code).toBe('child-open');
    expect(done.heed(resolve('completed')).status).toBe('completed');
    const parent = { saga: 'p', step: 's', root: 'p', depth: 1 };
    const child = new Story(order, { parent }).heed(say('pause')).heed(resolve('completed'));
    expect(child.facts.at(-1)).toBe('saga-prepared');
    expect(child.status).toBe('running');
    expect(child.heed({ type: 'undo', message: 'the parent turned back' }).status).toBe('compensated');
  });

  it('may leave a child as it is that can not be undone', () => {
    const saga = withChild().childEnds('deliver', { kind: 'prepared', output: 1 }).cancel().lost('bill', true);
    saga.childEnds('deliver', { kind: 'not-undoable', message: 'past its pivot' });
    expect(saga.status).toBe('stuck');
    expect(saga.heed(resolve('compensated')).status).toBe('compensated');
  });
});

describe('an order to pause a saga', () => {
  it('stops it from issuing calls, and what is in flight is recorded all the same', () => {
    const saga = new Story(order).heed(say('pause'));
    expect(saga.todo()).toEqual([]);
    expect(saga.succeed('reserve').steps).toBe('succeeded running pending pending');
    expect(saga.todo()).toEqual([]);
    expect(saga.heed(say('resume')).todo()).toEqual(['call action charge #1']);
  });

  it('lets time pass: what fell due meanwhile is dealt with when the saga is resumed', () => {
    const saga = new Story(define([{ name: 'nap', sleep: 1_000 }, { name: 'wake' }])).heed(say('pause')).wait(5_000);
    expect(saga.steps).toBe('waiting pending');
    expect(saga.heed(say('resume')).wait(0).steps).toBe('succeeded running');
  });

  it('can not be given twice, nor be taken back before it was given', () => {
    expect(new Story(order).heed(say('resume')).last.refused?.code).toBe('not-paused');
    expect(new Story(order).heed(say('pause')).heed(say('pause')).last.refused?.code).toBe('already-paused');
  });

  it('does not keep the saga from turning back, only from doing anything about it', () => {
    const saga = new Story(order).succeed('reserve').heed(say('pause')).cancel().lost('charge', true);
    expect(saga.steps).toBe('compensating skipped skipped skipped');
    expect(saga.todo()).toEqual([]);
  });
});

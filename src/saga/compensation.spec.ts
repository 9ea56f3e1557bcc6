import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story } from '../../test/saga/story.js';

const list = define([{ name: 'reserve' }, { name: 'charge' }, { name: 'ship' }]);
const diamond = define([
  { name: 'quote' },
  { name: 'hotel', after: ['quote'] },
  { name: 'flight', after: ['quote'] },
  { name: 'pay', after: ['hotel', 'flight'] },
]);
const undoing = () => new Story(list).succeed('reserve', 'charge').reply('ship', rejected);

describe('a saga that turns back', () => {
  it('undoes a plain list in exactly the reverse order', () => {
    const saga = undoing();
    expect(saga.todo()).toEqual(['call compensation charge #1']);
    expect(saga.succeed('charge').todo()).toEqual(['call compensation reserve #1']);
    expect(saga.succeed('reserve').steps).toBe('compensated compensated rejected');
    expect(saga.status).toBe('compensated');
  });

  it('undoes branches side by side, and what came before them when both are undone', () => {
    const saga = new Story(diamond).succeed('quote', 'hotel', 'flight').reply('pay', rejected);
    expect(saga.todo()).toEqual(['call compensation hotel #1', 'call compensation flight #1']);
    expect(saga.succeed('flight').todo()).toEqual(['call compensation hotel #1']);
    expect(saga.succeed('hotel').todo()).toEqual(['call compensation quote #1']);
  });

  it('asks what became of the calls in flight before it undoes what they depend on', () => {
    const saga = new Story(diamond).succeed('quote').reply('hotel', rejected);
    expect(saga.todo()).toEqual(['settle flight']);
    expect(saga.succeed('flight').todo()).toEqual(['call compensation flight #1']);
  });

  it('gives an action in flight no further attempt', () => {
    const saga = new Story(diamond).succeed('quote').reply('hotel', rejected).reply('flight', failed('in-doubt'));
    expect(saga.steps).toBe('succeeded rejected compensating skipped');
  });

  it('says so of the steps that it never began', () => {
    expect(undoing().cancel().facts).toEqual([]);
    expect(new Story(list).succeed('reserve').reply('charge', rejected).steps).toBe('compensating rejected skipped');
  });

  it('does not wait for timers and signals', () => {
    const saga = new Story(
      define([
        { name: 'nap', sleep: 1_000 },
        { name: 'ok', signal: 'ok', after: [] },
      ]),
    ).cancel();
    expect(saga.facts).toEqual(['order-taken', 'turned-back', 'step-skipped', 'step-skipped', 'saga-compensated']);
  });

  it('treats an action that waits for its callback as one that may have taken effect', () => {
    const saga = new Story(list).reply('reserve', accepted).cancel();
    expect(saga.facts).toEqual(['order-taken', 'turned-back', 'step-in-doubt']);
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('leaves alone what a breaker held back', () => {
    const saga = new Story(list).reply('reserve', refused()).cancel();
    expect(saga.facts).toEqual(['order-taken', 'turned-back', 'step-skipped', 'saga-compensated']);
  });

  it('leaves alone what the definition says needs no undoing', () => {
    const saga = new Story(define([{ name: 'log', undo: false }, { name: 'pay' }]))
      .succeed('log')
      .reply('pay', rejected);
    expect(saga.status).toBe('compensated');
    expect(saga.steps).toBe('succeeded rejected');
  });

  it('has nothing to add to a second cancel', () => {
    expect(undoing().cancel().last).toEqual({ facts: [] });
  });
});

describe('a compensation that fails', () => {
  it('is tried again with growing pauses, and is stuck, not given up, when its attempts are used up', () => {
    const saga = undoing();
    const waits: number[] = [];
    while (saga.status === 'compensating') {
      saga.reply('charge', failed('in-doubt'));
      const { wakeAt } = saga.plan();
      if (wakeAt !== null) waits.push(wakeAt - saga.now);
      saga.wait(60_000);
    }
    expect(saga.is('charge').attempts.compensation).toBe(20);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(saga.status).toBe('stuck');
    expect(saga.is('reserve').status).toBe('succeeded');
    expect(saga.plan()).toEqual({ commands: [], wakeAt: null });
  });

  it('is stuck at once when the participant says that it can not be undone', () => {
    const saga = undoing().reply('charge', rejected);
    expect(saga.is('charge').stuck).toEqual({ operation: 'compensation', since: saga.now });
    expect(saga.status).toBe('stuck');
  });

  it('is not tried the sooner because two drivers made the same attempt', () => {
    const reply = { type: 'reply', step: 'charge', operation: 'compensation', attempt: 1, reply: failed() } as const;
    expect(undoing().heed(reply).heed(reply).facts).toEqual([]);
  });

  it('waits for a breaker without using up attempts', () => {
    const saga = undoing();
    expect(saga.reply('charge', refused(1_000)).todo()).toEqual([]);
    for (let i = 0; i < 50; i++) saga.wait(1_000).reply('charge', refused(1_000));
    saga.wait(1_000);
    expect(saga.is('charge').attempts.compensation).toBe(0);
    expect(saga.todo()).toEqual(['call compensation charge #1']);
  });

  it('is no longer stuck when an attempt that was given up turns out to have succeeded', () => {
    expect(undoing().reply('charge', rejected).succeed('charge', 'reserve').status).toBe('compensated');
  });
});

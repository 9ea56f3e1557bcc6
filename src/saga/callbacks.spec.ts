import { define } from '../../test/saga/definitions.js';
import { accepted, failed, rejected, Story, succeeded } from '../../test/saga/story.js';

const order = define([{ name: 'reserve', callbackTimeout: 1_000, retry: { maxAttempts: 2 } }, { name: 'ship' }]);
const done = { status: 'succeeded', output: { id: 7 } } as const;
const no = { status: 'rejected', reason: 'sold out' } as const;
const waiting = () => new Story(order).reply('reserve', accepted);

describe('a participant that answers by callback', () => {
  it('has its result taken as the output of the step', () => {
    const saga = waiting();
    expect(saga.steps).toBe('waiting pending');
    expect(saga.callback('reserve', done).is('reserve')).toMatchObject({ status: 'succeeded', output: { id: 7 } });
  });

  it('may call back before its 202 has arrived', () => {
    const saga = new Story(order).callback('reserve', done);
    expect(saga.is('reserve').status).toBe('succeeded');
    expect(saga.reply('reserve', accepted).facts).toEqual([]);
  });

  it('may call back for an older attempt', () => {
    const saga = waiting().wait(1_500);
    expect(saga.todo()).toEqual(['call action reserve #2']);
    expect(saga.callback('reserve', done).is('reserve').status).toBe('succeeded');
  });

  it('hears the same when it says the same again, and no when it says something else', () => {
    const saga = waiting().callback('reserve', done).callback('reserve', done);
    expect(saga.last).toEqual({ facts: [] });
    expect(saga.callback('reserve', no).last.refused).toMatchObject({ code: 'stale-callback' });
    expect(saga.is('reserve').status).toBe('succeeded');
  });

  it('may say no', () => {
    const saga = waiting().callback('reserve', no);
    expect(saga.state.reason).toEqual({ code: 'step-rejected', message: 'reserve: sold out' });
    expect(saga.callback('reserve', no).last).toEqual({ facts: [] });
  });

  it('comes too late when the saga has turned back: the step is undone all the same', () => {
    const saga = waiting().cancel().callback('reserve', done);
    expect(saga.last.refused).toMatchObject({ code: 'stale-callback' });
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('is heard while it answers for an attempt that was taken to be lost', () => {
    const saga = new Story(order).reply('reserve', failed('in-doubt')).callback('reserve', done);
    expect(saga.is('ship').status).toBe('running');
  });

  it('is asked again when its time is over, and is in doubt when it never calls back', () => {
    const saga = waiting().wait(1_500).reply('reserve', accepted).wait(1_000);
    expect(saga.facts).toEqual(['attempt-failed', 'step-in-doubt', 'turned-back']);
    expect(saga.succeed('reserve').status).toBe('compensated');
  });
});

describe('a compensation that is answered by callback', () => {
  const undoing = () => new Story(order).succeed('reserve').reply('ship', rejected).reply('reserve', accepted);

  it('is done when the callback says so', () => {
    expect(undoing().callback('reserve', done, 'compensation').status).toBe('compensated');
  });

  it('is stuck when the callback says no', () => {
    expect(undoing().callback('reserve', no, 'compensation').status).toBe('stuck');
  });

  it('is asked again when its time is over', () => {
    expect(undoing().wait(1_500).todo()).toEqual(['call compensation reserve #2']);
  });

  it('is done by a callback that comes when the saga had given up waiting for it', () => {
    const saga = undoing().callback('reserve', no, 'compensation');
    expect(saga.callback('reserve', done, 'compensation').status).toBe('compensated');
    expect(saga.reply('reserve', succeeded()).facts).toEqual([]);
  });
});

import { define } from '../../test/saga/definitions.js';
import { failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';

const order = define([{ name: 'reserve' }, { name: 'ship', kind: 'pivot' }, { name: 'greet', kind: 'retriable' }]);

describe('before the pivot', () => {
  it('turns back when the pivot is rejected', () => {
    const saga = new Story(order).succeed('reserve').reply('ship', rejected);
    expect(saga.facts).toEqual(['step-rejected', 'turned-back']);
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('is stuck, and undoes nothing, when nobody can say whether the pivot took effect', () => {
    const saga = new Story(order).succeed('reserve');
    for (let i = 0; i < 8; i++) saga.reply('ship', failed('in-doubt'));
    expect(saga.status).toBe('stuck');
    expect(saga.steps).toBe('succeeded stuck pending');
    expect(saga.is('ship').error!.code).toBe('pivot-in-doubt');
    expect(saga.plan()).toEqual({ commands: [], wakeAt: null });
  });

  it('undoes a pivot whose outcome stays unknown if the definition says how', () => {
    const undoable = define([
      { name: 'reserve' },
      { name: 'ship', kind: 'pivot', undo: true, retry: { maxAttempts: 1 } },
    ]);
    const saga = new Story(undoable).succeed('reserve').reply('ship', failed('in-doubt'));
    expect(saga.todo()).toEqual(['call compensation ship #1']);
    expect(saga.succeed('ship', 'reserve').status).toBe('compensated');
  });
});

describe('a cancel while the pivot is in flight', () => {
  const inFlight = () => new Story(order).succeed('reserve').cancel();

  it('waits for the outcome of the pivot', () => {
    const saga = inFlight();
    expect(saga.facts).toEqual(['order-taken', 'turn-requested']);
    expect(saga.status).toBe('running');
    expect(saga.todo()).toEqual(['settle ship']);
  });

  it('is overtaken by the success of the pivot', () => {
    const saga = inFlight().succeed('ship');
    expect(saga.facts).toEqual(['step-succeeded', 'turn-overtaken']);
    expect(saga.state.reason).toBeNull();
    expect(saga.succeed('greet').status).toBe('completed');
  });

  it('is overtaken by a callback that comes before its 202', () => {
    const saga = inFlight().callback('ship', { status: 'succeeded', output: null });
    expect(saga.facts).toEqual(['step-succeeded', 'turn-overtaken']);
    expect(saga.reply('ship', { kind: 'accepted' }).facts).toEqual([]);
  });

  it('turns the saga back once the pivot is known to have had no effect', () => {
    expect(inFlight().reply('ship', rejected).status).toBe('compensating');
    expect(inFlight().lost('ship', true).status).toBe('compensating');
  });

  it('asks a pivot whose answer was lost again under the same key', () => {
    const saga = inFlight().lost('ship');
    expect(saga.facts).toEqual(['saga-taken-over']);
    expect(saga.todo()).toEqual(['call action ship #1']);
    expect(saga.reply('ship', rejected).status).toBe('compensating');
  });

  it('does not wait for a pivot that a breaker holds back', () => {
    const saga = new Story(order).succeed('reserve').reply('ship', refused()).cancel();
    expect(saga.facts).toEqual(['order-taken', 'turned-back', 'step-skipped']);
  });

  it('waits for a pivot in doubt although a breaker holds its next attempt back', () => {
    const saga = new Story(order)
      .succeed('reserve')
      .reply('ship', failed('in-doubt'))
      .reply('ship', refused())
      .cancel();
    expect(saga.facts).toEqual(['order-taken', 'turn-requested']);
    expect(saga.wait(5_000).todo()).toEqual(['call action ship #2']);
    expect(saga.reply('ship', succeeded()).status).toBe('running');
  });
});

describe('after the pivot', () => {
  const shipped = () => new Story(order).succeed('reserve', 'ship');

  it('refuses to be cancelled', () => {
    expect(shipped().cancel().last.refused).toMatchObject({ code: 'past-pivot' });
  });

  it('goes on with a retriable step for as long as it takes', () => {
    const saga = shipped();
    for (let i = 0; i < 100; i++) saga.reply('greet', failed('in-doubt')).wait(60_000);
    expect(saga.todo()).toEqual(['call action greet #101']);
    expect(saga.succeed('greet').status).toBe('completed');
  });

  it('is stuck, not undone, when a step is rejected', () => {
    const saga = shipped().reply('greet', rejected);
    expect(saga.status).toBe('stuck');
    expect(saga.steps).toBe('succeeded succeeded stuck');
  });

  it('only notes that the deadline has passed', () => {
    const saga = new Story({ ...order, deadline: 1_000 }).succeed('reserve', 'ship').wait(1_000);
    expect(saga.facts).toEqual(['deadline-passed']);
    expect(saga.status).toBe('running');
    expect(saga.plan().wakeAt).toBeNull();
    expect(saga.heed({ type: 'tick' }).facts).toEqual([]);
  });
});

describe('several branches and one pivot', () => {
  const branches = define([
    { name: 'ship', kind: 'pivot', retry: { maxAttempts: 1 } },
    { name: 'book', kind: 'retriable', after: [] },
  ]);

  it('lets a branch go on retrying after a cancel that the pivot overtook', () => {
    const saga = new Story(branches).cancel().reply('book', failed('in-doubt')).succeed('ship').wait(1_000);
    expect(saga.todo()).toEqual(['call action book #2']);
    expect(saga.succeed('book').status).toBe('completed');
  });

  it('does not skip a branch whose driver died while the pivot was asked for its outcome', () => {
    const saga = new Story(branches).cancel().lost('book', true).succeed('ship');
    expect(saga.todo()).toEqual(['call action book #1']);
  });
});

describe('two pivots on two branches', () => {
  const once = { maxAttempts: 1 };
  const pair = define([
    { name: 'reserve' },
    { name: 'ship', kind: 'pivot', after: ['reserve'], retry: once },
    { name: 'charge', kind: 'pivot', after: ['reserve'], retry: once },
  ]);

  it('goes forward if either succeeds, and the one that failed is stuck', () => {
    const saga = new Story(pair).succeed('reserve').reply('ship', rejected);
    expect(saga.facts).toEqual(['step-rejected', 'turn-requested']);
    expect(saga.succeed('charge').facts).toEqual(['step-succeeded', 'turn-overtaken', 'step-stuck']);
    expect(saga.steps).toBe('succeeded stuck succeeded');
  });

  it('turns back when neither took effect', () => {
    const saga = new Story(pair).succeed('reserve').reply('ship', rejected).reply('charge', rejected);
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('stays where it is while one of them is in doubt', () => {
    const saga = new Story(pair).succeed('reserve').reply('ship', failed('in-doubt')).reply('charge', rejected);
    expect(saga.status).toBe('stuck');
    expect(saga.steps).toBe('succeeded stuck rejected');
  });
});

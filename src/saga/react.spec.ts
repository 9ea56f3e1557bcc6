import { constant, define } from '../../test/saga/definitions.js';
import { failed, rejected, Story, succeeded } from '../../test/saga/story.js';
import type { Reply, StandIn } from './reply.js';

const once = { maxAttempts: 1 };
const condition = (step: string, holds: boolean) => ({ type: 'condition', step, holds }) as const;
const signal = (payload: number) => ({ type: 'signal', signal: 'approved', payload }) as const;

describe('going forward', () => {
  it('starts with every step that waits for none, and joins branches when all of them are done', () => {
    const graph = define([
      { name: 'hotel', after: [] },
      { name: 'flight', after: [] },
      { name: 'pay', after: ['hotel', 'flight'] },
    ]);
    const saga = new Story(graph);
    expect(saga.todo()).toEqual(['call action hotel #1', 'call action flight #1']);
    expect(saga.succeed('hotel').todo()).toEqual(['call action flight #1']);
    expect(saga.succeed('flight').todo()).toEqual(['call action pay #1']);
    expect(saga.succeed('pay').status).toBe('completed');
  });

  it('completes although every step failed, if all of them were optional', () => {
    const saga = new Story(define(['a', 'b'].map((name) => ({ name, optional: true, retry: once }))));
    saga.reply('a', rejected).reply('b', failed('none'));
    expect(saga.steps).toBe('rejected failed');
    expect(saga.status).toBe('completed');
  });

  it('undoes an optional step in doubt when a later one fails', () => {
    const saga = new Story(define([{ name: 'a', optional: true, retry: once }, { name: 'b' }]));
    saga.reply('a', failed('in-doubt'));
    expect(saga.steps).toBe('unknown running');
    expect(saga.reply('b', rejected).todo()).toEqual(['call compensation a #1']);
  });

  it('puts the fallback in the place of an answer, and does not undo what never happened', () => {
    const fallback = { strategy: 'static_response', response: { sent: false } };
    const saga = new Story(define([{ name: 'a', fallback, retry: once }, { name: 'b' }])).reply('a', failed('none'));
    expect(saga.is('a')).toMatchObject({
      status: 'succeeded',
      output: { sent: false },
      degraded: 'static_response',
      answered: null,
    });
    expect(saga.reply('b', rejected).status).toBe('compensated');
  });

  it('leaves a step out if its fallback says so, but not one that may have happened', () => {
    const skippable = define([{ name: 'a', fallback: { strategy: 'skip' }, retry: once }, { name: 'b' }]);
    expect(new Story(skippable).reply('a', failed('none')).steps).toBe('skipped running');
    expect(new Story(skippable).reply('a', failed('in-doubt')).steps).toBe('compensating skipped');
  });

  it('takes what was found instead of an answer when the attempts are used up, and says how old it is', () => {
    const standIn = { by: 'cache_only', output: ['tea'], age: 60_000 };
    const steps = [
      { name: 'a', fallback: { strategy: 'cache_only' }, retry: { ...once, maxAttempts: 2 } },
      { name: 'b' },
    ];
    const saga = new Story(define(steps)).reply('a', { ...failed('none'), standIn } as Reply);
    expect(saga.steps).toBe('running pending');
    saga.reply('a', { ...failed('none'), standIn } as Reply);
    expect(saga.is('a')).toMatchObject({ status: 'succeeded', output: ['tea'], degraded: 'cache_only' });
    expect(saga.is('a').degradedAge).toBe(60_000);
  });

  it('asks nothing of a participant that is degraded, and uses no attempt up', () => {
    const degraded = (standIn: StandIn): Reply => ({ kind: 'degraded', standIn });
    const definition = define([{ name: 'a', fallback: { strategy: 'top_items' } }, { name: 'b' }]);
    const saga = new Story(definition).reply('a', degraded({ by: 'top_items', output: [1] }));
    expect(saga.is('a')).toMatchObject({ status: 'succeeded', output: [1], attempts: { action: 0 }, error: null });
    expect(new Story(definition).reply('a', degraded({ by: 'skip' })).steps).toBe('skipped running');
    expect(saga.reply('b', rejected).status).toBe('compensated');
  });

  it('asks again, and leaves nothing out, where an attempt may have taken effect before the participant was degraded', () => {
    const saga = new Story(define([{ name: 'a', fallback: { strategy: 'skip' } }, { name: 'b' }]));
    saga.reply('a', failed('in-doubt')).reply('a', { kind: 'degraded', standIn: { by: 'skip' } });
    expect(saga.steps).toBe('running pending');
  });

  it('undoes what may have happened although a fallback took its place', () => {
    const fallback = { strategy: 'static_response', response: null };
    const saga = new Story(define([{ name: 'a', fallback, retry: once }, { name: 'b' }])).reply(
      'a',
      failed('in-doubt'),
    );
    expect(saga.reply('b', rejected).todo()).toEqual(['call compensation a #1']);
  });
});

describe('a condition', () => {
  const conditional = define([{ name: 'a' }, { name: 'b', when: constant(true) }, { name: 'c' }]);

  it('is decided when the turn of its step has come', () => {
    const saga = new Story(conditional);
    expect(saga.heed(condition('b', true)).facts).toEqual([]);
    expect(saga.succeed('a').todo()).toEqual(['decide b']);
    expect(saga.heed(condition('b', true)).todo()).toEqual(['call action b #1']);
  });

  it('that does not hold skips its step, and those after it go on', () => {
    const saga = new Story(conditional).succeed('a').heed(condition('b', false));
    expect(saga.steps).toBe('succeeded skipped running');
    expect(saga.reply('c', rejected).todo()).toEqual(['call compensation a #1']);
  });

  it('is decided once', () => {
    const saga = new Story(conditional).succeed('a').heed(condition('b', false));
    expect(saga.heed(condition('b', true)).facts).toEqual([]);
  });

  it('is not decided any more when the saga has turned back', () => {
    const saga = new Story(conditional).succeed('a').cancel();
    expect(saga.heed(condition('b', true)).facts).toEqual([]);
    expect(saga.succeed('a').status).toBe('compensated');
  });
});

describe('a signal', () => {
  const waiting = define([{ name: 'a' }, { name: 'approval', signal: 'approved', timeout: 1_000 }]);

  it('is the output of the step that waits for it', () => {
    const saga = new Story(waiting).succeed('a').heed(signal(7));
    expect(saga.is('approval').output).toBe(7);
    expect(saga.status).toBe('completed');
  });

  it('is kept when it comes early, and taken once, oldest first', () => {
    const two = define([{ name: 'a' }, { name: 'first', signal: 'approved' }, { name: 'second', signal: 'approved' }]);
    const saga = new Story(two).heed(signal(1)).heed(signal(2)).heed(signal(3)).succeed('a');
    expect([saga.is('first').output, saga.is('second').output]).toEqual([1, 2]);
    expect(saga.state.signals).toHaveLength(1);
  });

  it('that does not come in time is a no', () => {
    const saga = new Story(waiting).succeed('a').wait(1_000);
    expect(saga.is('approval').error!.code).toBe('signal-timeout');
    expect(saga.heed(signal(7)).status).toBe('compensating');
  });

  it('is refused when no step waits for it, when too many are kept, and when the saga has ended', () => {
    const saga = new Story(waiting);
    expect(saga.heed({ type: 'signal', signal: 'aproved', payload: 0 }).last.refused).toMatchObject({
      code: 'unknown-signal',
    });
    for (let i = 0; i < 100; i++) saga.heed(signal(i));
    expect(saga.heed(signal(100)).last.refused).toMatchObject({ code: 'too-many-signals' });
    expect(saga.succeed('a').heed(signal(0)).last.refused).toMatchObject({ code: 'already-final' });
  });
});

describe('what comes when the saga has ended', () => {
  it('changes nothing, and a cancel is refused', () => {
    const saga = new Story(define([{ name: 'a' }])).succeed('a');
    const late = { type: 'reply', step: 'a', operation: 'compensation', attempt: 1, reply: succeeded() } as const;
    expect(saga.heed(late).lost('a').heed({ type: 'tick' }).facts).toEqual([]);
    expect(saga.cancel().last.refused).toMatchObject({ code: 'already-final' });
  });
});

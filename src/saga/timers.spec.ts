import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, Story } from '../../test/saga/story.js';

const HOUR = 3_600_000;

describe('time', () => {
  it('ends a sleep, and nothing before that does', () => {
    const saga = new Story(define([{ name: 'cool-off', sleep: 24 * HOUR }, { name: 'a' }]));
    expect(saga.plan()).toEqual({ commands: [], wakeAt: saga.now + 24 * HOUR });
    expect(saga.wait(24 * HOUR - 1).steps).toBe('waiting pending');
    expect(saga.wait(1).todo()).toEqual(['call action a #1']);
  });

  it('brings the next attempt, which is a command and no entry', () => {
    const saga = new Story(define([{ name: 'a' }])).reply('a', failed('none', 5_000));
    const { seq } = saga.state;
    expect(saga.plan()).toEqual({ commands: [], wakeAt: saga.now + 5_000 });
    expect(saga.wait(5_000).todo()).toEqual(['call action a #2']);
    expect(saga.state.seq).toBe(seq);
  });

  it('wakes a saga for whatever falls due first', () => {
    const steps = [
      { name: 'nap', sleep: 9_000 },
      { name: 'a', after: [], callbackTimeout: 7_000 },
    ];
    const saga = new Story(define(steps, { deadline: 8_000 })).reply('a', accepted);
    expect(saga.plan().wakeAt).toBe(saga.now + 7_000);
  });

  it('heeds everything that has fallen due at once', () => {
    const saga = new Story(
      define([
        { name: 'one', sleep: 1 },
        { name: 'two', after: [], sleep: 2 },
      ]),
    );
    saga.now += 5;
    expect(saga.heed({ type: 'tick' }).facts).toEqual(['step-succeeded', 'step-succeeded', 'saga-completed']);
  });

  it('does not end a sleep of a saga that has turned back', () => {
    const saga = new Story(define([{ name: 'a' }, { name: 'nap', sleep: 10, after: [] }])).cancel().wait(100);
    expect(saga.is('nap').status).toBe('skipped');
  });

  it('ends a sleep that a cancel had stopped when the pivot overtakes the cancel', () => {
    const steps = [
      { name: 'ship', kind: 'pivot' as const },
      { name: 'nap', sleep: 10, after: [] },
    ];
    const saga = new Story(define(steps)).cancel().wait(100);
    expect(saga.steps).toBe('running waiting');
    expect(saga.succeed('ship').wait(0).status).toBe('completed');
  });
});

describe('a deadline', () => {
  const hurried = define([{ name: 'a' }, { name: 'b' }], { deadline: 10_000 });

  it('turns the saga back while a step waits for its next attempt', () => {
    const saga = new Story(hurried).succeed('a').reply('b', failed('none', HOUR)).wait(10_000);
    expect(saga.facts).toEqual(['deadline-passed', 'turned-back']);
    expect(saga.state.reason!.code).toBe('deadline-exceeded');
    expect(saga.lost('b', true).todo()).toEqual(['call compensation a #1']);
  });

  it('starts nothing new, lets the calls in flight come to their end, and undoes what may have run', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const branches = define([...names.map((name) => ({ name, after: [] })), { name: 'join', after: names }], {
      deadline: 10_000,
    });
    const saga = new Story(branches).succeed('a', 'b').reply('c', refused(HOUR)).wait(10_000);
    expect(saga.steps).toBe('compensating compensating skipped running running skipped');
    saga.succeed('d').reply('e', failed('in-doubt'));
    expect(saga.steps).toBe('compensating compensating skipped compensating compensating skipped');
    expect(saga.succeed('a', 'b', 'd', 'e').status).toBe('compensated');
  });

  it('has no say while the saga is being undone', () => {
    const saga = new Story(hurried).succeed('a').cancel().lost('b').reply('b', failed('none', HOUR)).wait(20_000);
    expect(saga.state.deadlinePassed).toBe(false);
    expect(saga.plan().wakeAt).toBeGreaterThan(saga.now);
  });

  it('passes once: the pivot that overtook it is not asked again', () => {
    const steps = [{ name: 'a' }, { name: 'p', kind: 'pivot' as const }, { name: 'r', kind: 'retriable' as const }];
    const saga = new Story(define(steps, { deadline: 10_000 })).succeed('a').wait(10_000);
    expect(saga.facts).toEqual(['deadline-passed', 'turn-requested']);
    expect(saga.succeed('p').wait(HOUR).todo()).toEqual(['call action r #1']);
  });
});

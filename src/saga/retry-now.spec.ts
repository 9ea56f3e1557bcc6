import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';
import { allowedOrders } from './orders.js';
import { stepError } from './step-error.js';

const patient = { maxAttempts: 3, initialInterval: 3_600_000, maxInterval: 3_600_000, jitter: 'none' } as const;
const order = define([
  { name: 'reserve', retry: patient, compensationRetry: patient },
  { name: 'charge', kind: 'pivot', retry: patient },
  { name: 'mail', kind: 'retriable', retry: patient },
]);
const children = define([{ name: 'deliver', saga: 'delivery' }, { name: 'bill' }]);

const retry = { type: 'order', order: { verb: 'retry' }, reason: 'the participant is back' } as const;
const setAside = (saga: Story): Story => {
  saga.state = { ...saga.state, setAside: { error: stepError('set-aside', 'it broke'), since: saga.now } };
  return saga;
};

describe('an order to retry', () => {
  it('sends what waits for its next attempt at once, under the number that it would have had', () => {
    const saga = new Story(order).reply('reserve', failed('none'));
    expect(saga.todo()).toEqual([]);
    expect(saga.heed(retry).facts).toEqual(['order-taken', 'retry-ordered']);
    expect(saga.todo()).toEqual(['call action reserve #2']);
    expect(saga.succeed('reserve').is('reserve').attempts).toEqual({ action: 2, compensation: 0 });
  });

  it('makes attempts and back-off begin anew, as often as it comes', () => {
    const growing = { initialInterval: 1_000, factor: 10, maxInterval: 1e9, jitter: 'none', maxAttempts: 2 } as const;
    const saga = new Story(define([{ name: 'a', retry: growing }]));
    for (const attempt of [1, 2, 3]) {
      saga.reply('a', failed('none'));
      expect(saga.is('a')).toMatchObject({ attempts: { action: attempt }, wait: { until: saga.now + 1_000 } });
      saga.heed(retry);
    }
    saga.reply('a', failed('none')).wait(1_000).reply('a', failed('none'));
    expect(saga.facts).toContain('step-failed');
    expect(saga.is('a').attempts.action).toBe(5);
  });

  it('makes the time that an operation may take begin anew', () => {
    const brief = { initialInterval: 600, factor: 1, jitter: 'none', maxElapsed: 1_000 } as const;
    const saga = new Story(define([{ name: 'a', retry: brief }])).reply('a', failed('none'));
    saga.wait(500).heed(retry).reply('a', failed('none'));
    expect(saga.is('a').wait).toEqual({ for: 'retry', until: saga.now + 600 });
    expect(saga.wait(600).reply('a', failed('none')).status).toBe('compensated');
  });

  it('forgives an action nothing that its compensation needs later, nor the other way round', () => {
    const saga = new Story(order).reply('reserve', failed('none')).heed(retry).succeed('reserve');
    saga.cancel().lost('charge', true);
    for (const attempt of [1, 2, 3]) saga.reply('reserve', failed('none')).wait(attempt < 3 ? 3_600_000 : 0);
    expect(saga.is('reserve')).toMatchObject({ status: 'stuck', attempts: { action: 2, compensation: 3 } });
  });

  it('lets go what a policy holds back, with the place that the policy has given it', () => {
    const saga = new Story(order).reply('reserve', refused(60_000)).heed(retry);
    expect(saga.todo()).toEqual(['call action reserve #1']);
    expect(saga.is('reserve').releasedBy).toBe('breaker');
    expect(saga.plan().wakeAt).toBeNull();
  });

  it('tries a stuck compensation again, and the steps before it wait until it is done', () => {
    const saga = new Story(order).succeed('reserve').reply('charge', rejected).reply('reserve', rejected);
    expect(saga.status).toBe('stuck');
    expect(saga.heed(retry).status).toBe('compensating');
    expect(saga.todo()).toEqual(['call compensation reserve #2']);
    expect(saga.reply('reserve', rejected).status).toBe('stuck');
    expect(saga.heed(retry).succeed('reserve').status).toBe('compensated');
    expect(saga.is('reserve').attempts.compensation).toBe(3);
  });

  it('tries a step after the pivot again that is stuck', () => {
    const saga = new Story(order).succeed('reserve', 'charge').reply('mail', rejected);
    expect(saga.status).toBe('stuck');
    const startedAt = saga.now;
    expect(saga.wait(60_000).heed(retry).steps).toBe('succeeded succeeded running');
    expect(saga.is('mail')).toMatchObject({ stuck: null, finishedAt: null, answered: null, startedAt });
    expect(saga.todo()).toEqual(['call action mail #2']);
    expect(saga.succeed('mail').status).toBe('completed');
  });

  it('asks a pivot in doubt again, which may still succeed or send the saga back', () => {
    const stuck = () => {
      const saga = new Story(order).succeed('reserve');
      for (let i = 0; i < 3; i++) saga.reply('charge', failed('in-doubt')).wait(3_600_000);
      expect(saga.is('charge')).toMatchObject({ status: 'stuck', error: { code: 'pivot-in-doubt' } });
      return saga.heed(retry);
    };
    expect(stuck().todo()).toEqual(['call action charge #4']);
    expect(stuck().succeed('charge', 'mail').status).toBe('completed');
    expect(stuck().reply('charge', rejected).succeed('reserve').status).toBe('compensated');
    expect(stuck().cancel().facts).toEqual(['order-taken', 'turn-requested']);
  });

  it('waits for a signal anew that did not come in time after the pivot', () => {
    const saga = new Story(
      define([
        { name: 'pay', kind: 'pivot' },
        { name: 'ok', signal: 'ok', timeout: 1_000, kind: 'retriable' },
      ]),
    );
    saga.succeed('pay').wait(1_000);
    expect(saga.status).toBe('stuck');
    expect(saga.heed(retry).is('ok')).toMatchObject({ status: 'waiting', wait: { until: saga.now + 1_000 } });
    expect(saga.heed({ type: 'signal', signal: 'ok', payload: 1 }).status).toBe('completed');
  });

  it('takes up a saga that was set aside, of which something may have been sent that nobody has written down', () => {
    const saga = setAside(new Story(order, {}, false));
    expect(saga.todo()).toEqual([]);
    expect(saga.heed(retry).facts).toEqual(['order-taken', 'saga-taken-up']);
    expect(saga.status).toBe('running');
    expect(saga.is('reserve').inDoubt).toBe(true);
    expect(saga.todo()).toEqual(['call action reserve #1']);
  });

  it('takes up a saga that was set aside together with what waits in it', () => {
    const saga = setAside(new Story(order, {}, false).reply('reserve', refused(60_000))).heed(retry);
    expect(saga.facts).toEqual(['order-taken', 'saga-taken-up', 'retry-ordered']);
    expect(saga.is('reserve')).toMatchObject({ inDoubt: false, wait: null });
  });

  it.each([
    ['is in flight', () => new Story(order), /reserve is under way/],
    [
      'may be in work until its callback comes',
      () => new Story(order).reply('reserve', accepted),
      /promised a callback/,
    ],
    ['is a child saga', () => childRunning(), /retry c1/],
    ['is a child saga that can not be undone', () => childStuck(), /retry c1/],
    ['took effect after the saga had turned back', () => lateSuccess(), /charge can't be mended by a repeat/],
  ])('is refused when nothing but this is open: what %s', (_, story, why) => {
    const saga = story();
    const before = saga.state;
    expect(saga.heed(retry).last).toEqual({
      facts: [],
      refused: {
        code: 'nothing-to-retry',
        message: expect.stringMatching(why) as string,
        allowed: allowedOrders(before, saga.now),
      },
    });
    expect(saga.state).toBe(before);
  });

  it('leaves the actions of a saga alone that wants to turn back, but for the pivot that decides', () => {
    const pair = define([
      { name: 'pay', kind: 'pivot', retry: patient },
      { name: 'log', after: [], kind: 'retriable' },
    ]);
    const saga = new Story(pair).reply('pay', failed('in-doubt')).reply('log', failed('none')).cancel();
    expect(saga.state.direction).toBe('turning');
    expect(saga.heed(retry).last.facts.slice(1)).toEqual([{ type: 'retry-ordered', step: 'pay', operation: 'action' }]);
  });

  it('is refused when the saga has ended', () => {
    const saga = new Story(order).succeed('reserve', 'charge', 'mail').heed(retry);
    expect(saga.last.refused?.code).toBe('already-final');
  });
});

describe('an order that comes twice under one key', () => {
  const keyed = { ...retry, idempotency: { key: 'k1', request: 'r1' } };
  const once = () => new Story(order).reply('reserve', failed('none')).heed(keyed);

  it('is carried out once, also when the saga has gone on or ended since', () => {
    expect(once().heed(keyed).last).toEqual({ facts: [] });
    expect(once().reply('reserve', failed('none')).heed(keyed).todo()).toEqual([]);
    expect(once().succeed('reserve', 'charge', 'mail').heed(keyed).last).toEqual({ facts: [] });
  });

  it('is refused when it orders something else', () => {
    const other = { ...keyed, idempotency: { key: 'k1', request: 'r2' } };
    expect(once().heed(other).last.refused?.code).toBe('idempotency-key-reused');
  });

  it('has not used its key up when it was refused', () => {
    const saga = new Story(order).heed(keyed);
    expect(saga.last.refused?.code).toBe('nothing-to-retry');
    expect(saga.reply('reserve', failed('none')).heed(keyed).facts).toContain('retry-ordered');
  });
});

function childRunning(): Story {
  const chosen = { type: 'child-chosen', step: 'deliver', child: 'c1', definition: 'delivery', version: 3 } as const;
  return new Story(children).heed(chosen);
}

function childStuck(): Story {
  return childRunning().cancel().childEnds('deliver', { kind: 'not-undoable', message: 'it has shipped' });
}

function lateSuccess(): Story {
  const saga = new Story(order).succeed('reserve').reply('charge', rejected);
  return saga.heed({ type: 'reply', step: 'charge', operation: 'action', attempt: 1, reply: succeeded() });
}

import { constant, define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';
import { stepError } from './step-error.js';

const once = { maxAttempts: 1 };
const pair = define([{ name: 'reserve' }, { name: 'charge', retry: { maxAttempts: 2 } }]);
const charging = () => new Story(pair).succeed('reserve');
const mapping = stepError('mapping-error', 'no such path');

describe('the answer to an action', () => {
  it.each([
    ['succeeded', succeeded(1), ['step-succeeded', 'saga-completed']],
    ['accepted', accepted, ['call-accepted']],
    ['rejected', rejected, ['step-rejected', 'turned-back']],
    ['failed without effect', failed('none'), ['attempt-failed']],
    ['in doubt', failed('in-doubt'), ['attempt-failed']],
    ['refused before it was sent', refused(), ['call-parked']],
  ] as const)('%s', (_, reply, facts) => {
    expect(charging().reply('charge', reply).facts).toEqual(facts);
  });

  it('leaves a step whose attempts are used up in doubt if one of them was, and then it is undone too', () => {
    const saga = charging().reply('charge', failed('in-doubt')).reply('charge', failed('none'));
    expect(saga.facts).toEqual(['attempt-failed', 'step-in-doubt', 'turned-back']);
    expect(saga.todo()).toEqual(['call compensation charge #1']);
  });

  it('makes a step failed when no attempt had an effect, and then it is not undone', () => {
    const saga = charging().reply('charge', failed('none')).reply('charge', failed('none'));
    expect(saga.steps).toBe('compensating failed');
  });

  it('is not an attempt when a breaker refused to send it', () => {
    const saga = charging().reply('charge', refused(5_000));
    expect(saga.plan()).toMatchObject({ commands: [], wakeAt: saga.now + 5_000 });
    expect(saga.wait(5_000).todo()).toEqual(['call action charge #1']);
  });

  it('is waited for no longer than an hour, whatever the participant asks for', () => {
    const saga = charging().reply('charge', failed('none', 1e9));
    expect(saga.plan().wakeAt).toBe(saga.now + 3_600_000);
  });

  it('is taken once when two drivers sent the same attempt', () => {
    const saga = charging();
    const reply = { type: 'reply', step: 'charge', operation: 'action', attempt: 1, reply: failed() } as const;
    expect(saga.heed(reply).heed(reply).facts).toEqual([]);
    expect(saga.is('charge').attempts.action).toBe(1);
  });
});

describe('an expression that can not be evaluated', () => {
  const unmapped = { type: 'mapping-failed', step: 'charge', operation: 'action', error: mapping } as const;

  it('rejects an action: nothing was sent', () => {
    const saga = charging().heed(unmapped);
    expect(saga.steps).toBe('compensating rejected');
  });

  it('does not hide that an earlier attempt may have taken effect', () => {
    const saga = charging().reply('charge', failed('in-doubt')).heed(unmapped);
    expect(saga.todo()).toEqual(['call compensation charge #1']);
  });

  it('makes a compensation stuck', () => {
    const saga = charging()
      .cancel()
      .lost('charge')
      .heed({ ...unmapped, operation: 'compensation' });
    expect(saga.status).toBe('stuck');
  });

  it('rejects a step whose condition it was, unless the saga has turned back', () => {
    const conditional = () => new Story(define([{ name: 'pay' }, { name: 'charge', after: [], when: constant(null) }]));
    expect(conditional().heed(unmapped).is('charge').status).toBe('rejected');
    expect(conditional().cancel().heed(unmapped).facts).toEqual([]);
  });
});

describe('a success that comes late', () => {
  const late = { type: 'reply', step: 'charge', operation: 'action', attempt: 1, reply: succeeded(9) } as const;

  it.each([
    ['failed', failed('none')],
    ['rejected', rejected],
  ])('is undone when the step was taken for %s', (_, reply) => {
    const saga = new Story(define([{ name: 'reserve' }, { name: 'charge', retry: once }])).succeed('reserve');
    expect(saga.reply('charge', reply).heed(late).facts).toEqual(['step-succeeded']);
    expect(saga.status).toBe('compensating');
    expect(saga.todo()).toContain('call compensation charge #1');
  });

  it('is remembered of an optional step, so that it is undone if the saga turns back', () => {
    const optional = define([{ name: 'charge', optional: true, retry: once }, { name: 'ship' }]);
    const saga = new Story(optional).reply('charge', failed('none')).heed(late);
    expect(saga.steps).toBe('unknown running');
    expect(saga.reply('ship', rejected).todo()).toEqual(['call compensation charge #1']);
  });

  it('never revives a saga', () => {
    const saga = charging().cancel().lost('charge').succeed('charge', 'reserve');
    expect(saga.status).toBe('compensated');
    expect(saga.heed(late).facts).toEqual([]);
  });
});

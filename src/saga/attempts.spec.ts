import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';
import { attemptsIn, type Attempt } from './attempts.js';
import type { Reply } from './reply.js';

const order = define([{ name: 'reserve' }, { name: 'charge' }, { name: 'nap', sleep: 1_000 }]);
const called = (reply: Reply, status: number, excerpt?: string): Reply =>
  ({ ...reply, call: { endpoint: 'http://shop', status, ms: 7, ...(excerpt && { excerpt }) } }) as Reply;
const inShort = ({ step, operation, attempt, outcome }: Attempt) => `${operation} ${step} #${attempt}: ${outcome}`;

describe('the attempts of a saga', () => {
  it('are all of its calls, each with its end, in the order in which they ended', () => {
    const story = new Story(order)
      .reply('reserve', called(failed('in-doubt'), 500, 'oh dear'))
      .wait(60_000)
      .reply('reserve', called(succeeded(), 200))
      .reply('charge', called(rejected, 409, 'sold out'))
      .reply('reserve', called(failed('none'), 429))
      .wait(60_000)
      .reply('reserve', called(succeeded(), 200));
    const attempts = attemptsIn(story.entries);
    expect(attempts.map(inShort)).toEqual([
      'action reserve #1: in-doubt',
      'action reserve #2: succeeded',
      'action charge #1: rejected',
      'compensation reserve #1: failed',
      'compensation reserve #2: succeeded',
    ]);
    expect(attempts[0]).toMatchObject({
      at: story.entries[1]!.at,
      error: { code: 'timeout' },
      call: { endpoint: 'http://shop', status: 500, ms: 7, excerpt: 'oh dear' },
    });
    expect(attempts[0]!.nextAt).toBeGreaterThan(attempts[0]!.at);
    expect(attempts[1]).not.toHaveProperty('nextAt');
    expect(attempts[2]).toMatchObject({ error: { message: 'sold out' }, call: { status: 409 } });
  });

  it('that were accepted end with their callback', () => {
    const story = new Story(order).reply('reserve', called(accepted, 202));
    expect(attemptsIn(story.entries).map(inShort)).toEqual(['action reserve #1: accepted']);
    story.callback('reserve', { status: 'succeeded', output: 1 }).reply('charge', called(accepted, 202));
    story.callback('charge', { status: 'rejected', reason: 'no funds' }).reply('reserve', called(accepted, 202));
    story.callback('reserve', { status: 'rejected', reason: 'can not be undone' }, 'compensation');
    const attempts = attemptsIn(story.entries);
    expect(attempts.map(inShort)).toEqual([
      'action reserve #1: succeeded',
      'action charge #1: rejected',
      'compensation reserve #1: rejected',
    ]);
    expect(attempts[2]).toMatchObject({ call: { status: 202 }, error: { message: 'can not be undone' } });
  });

  it('that are given up for stuck are still one attempt each', () => {
    const impatient = define([{ name: 'a', compensationRetry: { maxAttempts: 2 } }, { name: 'b' }]);
    const story = new Story(impatient).succeed('a').reply('b', called(rejected, 409)).reply('a', failed('none'));
    story.wait(60_000).reply('a', failed('none'));
    expect(story.status).toBe('stuck');
    expect(attemptsIn(story.entries).map(inShort)).toEqual([
      'action a #1: succeeded',
      'action b #1: rejected',
      'compensation a #1: failed',
      'compensation a #2: failed',
    ]);
  });

  it('are not what a policy refused, nor timers, nor what an operator did', () => {
    const story = new Story(order).reply('reserve', refused()).wait(10_000).succeed('reserve', 'charge').wait(2_000);
    expect(story.status).toBe('completed');
    expect(attemptsIn(story.entries).map(inShort)).toEqual([
      'action reserve #1: succeeded',
      'action charge #1: succeeded',
    ]);
  });
});

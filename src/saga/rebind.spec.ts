import { define } from '../../test/saga/definitions.js';
import { failed, refused, rejected, Story } from '../../test/saga/story.js';
import { attentionOf } from './attention.js';
import type { Rebinding } from './order.js';
import { requestFor } from './request.js';
import type { SagaEvent } from './events.js';

const patient = { maxAttempts: 2, initialInterval: 60_000, maxInterval: 60_000, jitter: 'none' } as const;
const order = define([
  { name: 'reserve', retry: patient, compensationRetry: patient },
  { name: 'charge', retry: patient },
  { name: 'mail', kind: 'retriable', retry: patient },
]);
const rebind = (step: string, more: Omit<Rebinding, 'verb' | 'step'>): SagaEvent => ({
  type: 'order',
  order: { verb: 'rebind', step, ...more },
  reason: 'the path was wrong',
});
const stuck = () => new Story(order).succeed('reserve').reply('charge', rejected).reply('reserve', rejected);

/** What is called now, of the one call that is to be made. */
async function called(saga: Story) {
  const [command] = saga.plan().commands;
  if (command?.type !== 'call') throw new Error('no call is to be made');
  const { participant } = command.step;
  return { participant, ...(await requestFor(saga.state, command.step, command.operation)) };
}

describe('an order to rebind a step', () => {
  it('sends the stuck operation at once, to the new target with the new body', async () => {
    const saga = stuck();
    const before = await called(new Story(order).succeed('reserve').reply('charge', rejected));
    const body = { id: '{% steps.reserve.output.of %}', why: ['wrong', 1] };
    saga.heed(rebind('reserve', { path: "{% '/undo/' & saga.id %}", body, participant: 'stock' }));
    expect(saga.facts).toEqual(['order-taken', 'step-rebound', 'retry-ordered']);
    expect(await called(saga)).toEqual({
      participant: 'stock',
      method: before.method,
      path: `/undo/${saga.state.id}`,
      body: { id: 'reserve', why: ['wrong', 1] },
    });
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('leaves what it does not name as it was, however often it comes', async () => {
    const saga = stuck()
      .heed(rebind('reserve', { path: '/one' }))
      .reply('reserve', rejected);
    saga
      .heed(rebind('reserve', { participant: 'stock' }))
      .reply('reserve', rejected)
      .heed(rebind('reserve', { body: 1 }));
    expect(await called(saga)).toMatchObject({ participant: 'stock', path: '/one', body: 1 });
  });

  it('changes the action of a step that is yet to come, without sending anything', async () => {
    const saga = new Story(order).heed(rebind('charge', { path: '/pay' }));
    expect(saga.facts).toEqual(['order-taken', 'step-rebound']);
    expect(saga.todo()).toEqual(['call action reserve #1']);
    expect((await called(saga.succeed('reserve'))).path).toBe('/pay');
  });

  it('tells the compensation what the action was really sent, and who it was sent to', async () => {
    const saga = new Story(order).reply('reserve', refused());
    saga.heed(rebind('reserve', { participant: 'stock', body: { sku: 7 } }));
    saga.succeed('reserve').reply('charge', rejected);
    expect(await called(saga)).toMatchObject({ participant: 'stock', body: { input: { sku: 7 } } });
  });

  it('tries at once what waits for its next attempt or for a policy, and gives up the place in that queue', () => {
    const waiting = new Story(order).reply('reserve', failed('none')).heed(rebind('reserve', { path: '/r' }));
    expect(waiting.todo()).toEqual(['call action reserve #2']);
    const held = new Story(order).reply('reserve', refused()).heed(rebind('reserve', { participant: 'stock' }));
    expect(held.todo()).toEqual(['call action reserve #1']);
    expect(held.is('reserve').releasedBy).toBeNull();
  });

  it('shows whom the saga waits for now', () => {
    const saga = stuck()
      .heed(rebind('reserve', { participant: 'stock' }))
      .reply('reserve', rejected);
    expect(attentionOf(saga.state)).toMatchObject({ step: 'reserve', participant: 'stock', operation: 'compensation' });
  });

  it('of one of two operations leaves the other alone', async () => {
    const saga = new Story(order).heed(rebind('reserve', { operation: 'compensation', path: '/undo' }));
    const { path } = await called(saga);
    saga.succeed('reserve').reply('charge', rejected);
    expect([path, (await called(saga)).path]).toEqual(['/reserve', '/undo']);
  });

  const no: readonly [what: string, story: () => Story, order: SagaEvent, code: string, why: RegExp][] = [
    [
      'moves an action in doubt to another participant',
      () => new Story(order).reply('reserve', failed('in-doubt')),
      rebind('reserve', { participant: 'stock' }),
      'in-doubt',
      /may have taken effect at reserve/,
    ],
    [
      'moves an action that is in flight',
      () => new Story(order),
      rebind('reserve', { participant: 'stock' }),
      'in-doubt',
      /just being tried there/,
    ],
    [
      'names an action that is over',
      () => new Story(order).succeed('reserve'),
      rebind('reserve', { operation: 'action', path: '/r' }),
      'nothing-to-rebind',
      /the step is succeeded/,
    ],
    ['names a step that there is not', () => new Story(order), rebind('x', { path: '/' }), 'unknown-step', /no step x/],
    [
      'names the compensation of a step that has none',
      () => new Story(order),
      rebind('mail', { operation: 'compensation', path: '/' }),
      'nothing-to-rebind',
      /mail has no compensation/,
    ],
    ['says nothing', stuck, rebind('reserve', {}), 'invalid-binding', /at least one/],
    [
      'is not a path and holds no expression',
      stuck,
      rebind('reserve', { path: '//evil', body: '{% ( %}' }),
      'invalid-binding',
      /path: .*; body: /,
    ],
    [
      'reads a step that is not done by then',
      () => new Story(order),
      rebind('reserve', { body: '{% steps.charge.output %}' }),
      'invalid-binding',
      /may not be done by then/,
    ],
    [
      'is for a step that calls nobody',
      () => new Story(define([{ name: 'nap', sleep: 1 }])),
      rebind('nap', { path: '/' }),
      'nothing-to-rebind',
      /calls no participant/,
    ],
  ];
  it.each(no)('is refused if it %s', (_, story, event, code, why) => {
    const saga = story();
    const before = saga.state;
    expect(saga.heed(event).last.refused).toMatchObject({ code, message: expect.stringMatching(why) as string });
    expect(saga.state).toBe(before);
  });
});

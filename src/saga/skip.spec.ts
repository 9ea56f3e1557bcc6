import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';

const patient = { maxAttempts: 2, initialInterval: 60_000, maxInterval: 60_000, jitter: 'none' } as const;
const order = define([
  { name: 'reserve', retry: patient, compensationRetry: patient },
  { name: 'charge', retry: patient },
  { name: 'ship', kind: 'pivot', retry: patient },
  { name: 'mail', kind: 'retriable', retry: patient },
]);
const skip = (step: string, output?: number) =>
  ({
    type: 'order',
    order: { verb: 'skip', step, ...(output !== undefined && { output }) },
    reason: 'done by hand',
  }) as const;

describe('an order to skip a step', () => {
  it('treats it as done, and the saga goes on with what the operator says that it came to', () => {
    const saga = new Story(order).reply('reserve', failed('none')).heed(skip('reserve', 7));
    expect(saga.facts).toEqual(['order-taken', 'step-skipped']);
    expect(saga.is('reserve')).toMatchObject({ status: 'skipped', output: 7, settledByOrder: true });
    expect(saga.todo()).toEqual(['call action charge #1']);
  });

  it('undoes it all the same when the saga turns back, if a call of it may have been in flight', () => {
    const saga = new Story(order).heed(skip('reserve')).reply('charge', rejected);
    expect(saga.steps).toBe('compensating rejected skipped skipped');
    expect(saga.succeed('reserve').status).toBe('compensated');
  });

  it('undoes it when its participant had promised a callback', () => {
    const saga = new Story(order).reply('reserve', accepted).heed(skip('reserve')).reply('charge', rejected);
    expect(saga.is('reserve').status).toBe('compensating');
  });

  it('leaves nothing to undo where nothing was sent', () => {
    const saga = new Story(order).reply('reserve', refused()).heed(skip('reserve')).reply('charge', rejected);
    expect(saga.steps).toBe('skipped rejected skipped skipped');
    expect(saga.status).toBe('compensated');
  });

  it('pays no heed to the answer that comes after it', () => {
    const saga = new Story(order).heed(skip('reserve')).reply('reserve', succeeded(1));
    expect(saga.facts).toEqual([]);
    expect(saga.is('reserve')).toMatchObject({ status: 'skipped', output: null });
  });

  it('makes of the pivot the point of no return, as if it had succeeded', () => {
    const saga = new Story(order).succeed('reserve', 'charge').heed(skip('ship'));
    expect(saga.cancel().last.refused?.code).toBe('past-pivot');
    expect(saga.reply('mail', rejected).status).toBe('stuck');
    expect(saga.heed(skip('mail')).status).toBe('completed');
  });

  it('settles a pivot in doubt that a saga which wants to turn back waits for', () => {
    const saga = new Story(order).succeed('reserve', 'charge').cancel();
    expect(saga.state.direction).toBe('turning');
    expect(saga.heed(skip('ship')).facts).toEqual(['order-taken', 'step-skipped', 'turn-overtaken']);
    expect(saga.steps).toBe('succeeded succeeded skipped running');
  });

  it('treats it as undone when the saga compensates, whether it is under way or stuck', () => {
    const undoing = () => new Story(order).succeed('reserve').reply('charge', rejected);
    for (const saga of [undoing(), undoing().reply('reserve', rejected), undoing().reply('reserve', failed('none'))]) {
      expect(saga.heed(skip('reserve')).facts).toEqual(['order-taken', 'step-compensated', 'saga-compensated']);
      expect(saga.is('reserve')).toMatchObject({ status: 'compensated', settledByOrder: true });
    }
  });

  it('takes the answer of a compensation that was skipped for what it is: too late', () => {
    const saga = new Story(order).succeed('reserve', 'charge').cancel().lost('ship', true).reply('charge', rejected);
    saga.heed(skip('charge'));
    expect(saga.reply('charge', succeeded(), 'compensation').facts).toEqual([]);
    expect(saga.todo()).toEqual(['call compensation reserve #1']);
  });

  it('ends the wait for a signal or a timer', () => {
    const saga = new Story(
      define([
        { name: 'nap', sleep: 60_000 },
        { name: 'approval', signal: 'approved' },
      ]),
    );
    expect(saga.heed(skip('nap')).steps).toBe('skipped waiting');
    expect(saga.heed(skip('approval', 1)).status).toBe('completed');
    expect(saga.is('approval').output).toBe(1);
  });

  const open: readonly [what: string, story: () => Story, step: string, code: string, why: RegExp][] = [
    ['a step that has not begun', () => new Story(order), 'charge', 'nothing-to-skip', /charge has not begun/],
    [
      'a step that is done',
      () => new Story(order).succeed('reserve'),
      'reserve',
      'nothing-to-skip',
      /succeeded already/,
    ],
    ['a step that there is not', () => new Story(order), 'chrage', 'unknown-step', /its steps are reserve, charge/],
    [
      'an action that a saga which turns back gives up by itself',
      () => new Story(order).cancel(),
      'reserve',
      'nothing-to-skip',
      /gives reserve up by itself/,
    ],
    [
      'a step whose child saga is open',
      () => {
        const saga = new Story(define([{ name: 'deliver', saga: 'delivery' }]));
        const chosen = { step: 'deliver', child: 'c1', definition: 'delivery', version: 1 };
        return saga.heed({ type: 'child-chosen', ...chosen });
      },
      'deliver',
      'child-open',
      /see to c1/,
    ],
  ];
  it.each(open)('is refused for %s', (_, story, step, code, why) => {
    const saga = story();
    const before = saga.state;
    const { refused: no, facts } = saga.heed(skip(step)).last;
    expect(no).toMatchObject({ code, message: expect.stringMatching(why) as string });
    expect(facts).toEqual([]);
    expect(saga.state).toBe(before);
  });
});

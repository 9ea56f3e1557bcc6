import { define } from '../../test/saga/definitions.js';
import { accepted, failed, refused, rejected, Story, succeeded } from '../../test/saga/story.js';
import type { SagaOrder } from './order.js';
import { stepError } from './step-error.js';
import { judge, type Judgement } from './order-worth.js';

const patient = { maxAttempts: 3, initialInterval: 3_600_000, maxInterval: 3_600_000, jitter: 'none' } as const;
const trip = define([
  { name: 'reserve', retry: patient, compensationRetry: patient },
  { name: 'charge', retry: patient, compensationRetry: patient },
  { name: 'ship', kind: 'pivot', retry: patient },
]);

const RETRY: SagaOrder = { verb: 'retry' };
const REBIND: SagaOrder = { verb: 'rebind', step: 'charge', path: '/undo' };

/** Turned back, and stuck at undoing `charge`. */
const stuck = (): Story =>
  new Story(trip).succeed('reserve', 'charge').reply('ship', rejected).reply('charge', rejected, 'compensation');

/** An order that is followed by whatever `then` tells, and the judgement after each part of it. */
const judged = (saga: Story, order: SagaOrder, ...then: readonly ((saga: Story) => unknown)[]): Judgement[] => {
  saga.heed({ type: 'order', order, reason: 'mended' });
  expect(saga.last.refused).toBeUndefined();
  const { seq } = saga.state;
  const judgements = [judge(order, saga.state, seq)];
  for (const part of then) {
    part(saga);
    judgements.push(judge(order, saga.state, seq));
  }
  return judgements;
};
const outcomes = (...args: Parameters<typeof judged>) => judged(...args).map(({ outcome }) => outcome);

describe('what an order to one of many sagas was worth', () => {
  it.each([['retry', RETRY] as const, ['rebind', REBIND] as const])(
    '(%s) is unknown until the next attempt, and good when that has succeeded',
    (_, order) => {
      expect(outcomes(stuck(), order, (saga) => saga.succeed('charge'))).toEqual(['pending', 'succeeded']);
    },
  );

  it.each([['retry', RETRY] as const, ['rebind', REBIND] as const])(
    '(%s) is nothing when the saga is stuck again, with the error that it is stuck at now',
    (_, order) => {
      const error = stepError('http-405', 'no such path');
      const [, after] = judged(stuck(), order, (saga) =>
        saga.reply('charge', { kind: 'rejected', error }, 'compensation'),
      );
      expect(after).toEqual({ outcome: 'failed', error });
    },
  );

  it('is nothing when the next attempt has failed as well and another one is to come', () => {
    const waiting = new Story(trip).reply('reserve', failed('none'));
    const [, after] = judged(waiting, RETRY, (saga) => saga.reply('reserve', failed('none')));
    expect(after).toMatchObject({ outcome: 'failed', error: { code: 'connection-refused' } });
  });

  it('is unknown while a policy holds the attempt back, and while its callback is awaited', () => {
    const waiting = new Story(trip).reply('reserve', failed('none'));
    expect(
      outcomes(
        waiting,
        RETRY,
        (saga) => saga.reply('reserve', refused()),
        (saga) => saga.wait(5_000).reply('reserve', accepted),
        (saga) => saga.callback('reserve', { status: 'succeeded', output: null }),
      ),
    ).toEqual(['pending', 'pending', 'pending', 'succeeded']);
  });

  it('is a failure when the action is rejected at its next attempt, although the saga goes on by turning back', () => {
    const waiting = new Story(trip).succeed('reserve').reply('charge', failed('none'));
    const [, after] = judged(waiting, RETRY, (saga) => saga.reply('charge', rejected));
    expect(after).toMatchObject({ outcome: 'failed', error: { code: 'http-409' } });
  });

  it('is a failure when the step is mended and the saga is stuck at another one', () => {
    const saga = stuck();
    saga.heed({ type: 'order', order: REBIND, reason: 'mended' });
    const { seq } = saga.state;
    saga.reply('charge', succeeded(), 'compensation').reply('reserve', rejected, 'compensation');
    expect(judge(REBIND, saga.state, seq)).toMatchObject({ outcome: 'failed' });
  });

  it('is good once the saga has ended, whoever has ended it', () => {
    const resolve: SagaOrder = { verb: 'resolve', outcome: 'compensated' };
    const given = [RETRY, (saga: Story) => saga.reply('charge', rejected, 'compensation')] as const;
    expect(
      outcomes(stuck(), ...given, (saga) => saga.heed({ type: 'order', order: resolve, reason: 'paid in cash' })),
    ).toEqual(['pending', 'failed', 'succeeded']);
  });

  it('is unknown for a saga that was set aside until somebody has driven it', () => {
    const saga = new Story(define([{ name: 'wait', signal: 'go' }], {}), {}, false);
    saga.state = { ...saga.state, setAside: { error: stepError('set-aside', 'it broke'), since: saga.now } };
    expect(outcomes(saga, RETRY, () => saga.heed({ type: 'taken-over' }))).toEqual(['pending', 'succeeded']);
  });

  it('is known at once for a target that is mended before the step has begun', () => {
    expect(outcomes(new Story(trip), { ...REBIND, operation: 'action' })).toEqual(['succeeded']);
  });

  it('is what the saga is right after it for orders that try nothing', () => {
    expect(outcomes(stuck(), { verb: 'skip', step: 'charge' })).toEqual(['succeeded']);
    expect(outcomes(stuck(), { verb: 'resolve', outcome: 'compensated' })).toEqual(['succeeded']);
    expect(outcomes(stuck(), { verb: 'pause' })).toEqual(['succeeded']);
    const waiting = new Story(trip).succeed('reserve').reply('charge', failed('none'));
    expect(outcomes(waiting, { verb: 'compensate' })).toEqual(['succeeded']);
  });
});

import { define } from '../../../test/saga/definitions.js';
import { accepted, failed, refused, START, Story } from '../../../test/saga/story.js';
import type { Reply } from '../../saga/reply.js';
import { viewOfSaga } from './saga.view.js';

const patient = { initialInterval: 60_000, maxInterval: 60_000, jitter: 'none' } as const;
const order = define([{ name: 'a', retry: patient, callbackTimeout: 3_600_000 }]);
const iso = (ms: number) => new Date(ms).toISOString();
const one = (step: object) => new Story(define([{ name: 'a', ...step }]));
const child = { type: 'child-chosen', step: 'a', child: 'c1', definition: 'kid', version: 1 } as const;

describe('the view of a saga says what each step waits for:', () => {
  it.each([
    ['nothing while it is called', new Story(order), null],
    ['its next attempt', new Story(order).reply('a', failed('none')), { what: 'retry', until: iso(START + 60_000) }],
    ['a policy', new Story(order).reply('a', refused()), { what: 'policy', by: 'breaker', until: iso(START + 5_000) }],
    ['a callback', new Story(order).reply('a', accepted), { what: 'callback', until: iso(START + 3_600_000) }],
    ['its time', one({ sleep: 1_000 }), { what: 'timer', until: iso(START + 1_000) }],
    ['a signal', one({ signal: 's' }), { what: 'signal', until: null }],
    ['a child saga', one({ saga: 'kid' }).heed(child), { what: 'child', until: null }],
    ['nothing when it is done', new Story(order).succeed('a'), null],
  ])('%s', (_, saga, waitingFor) => {
    expect(viewOfSaga(saga.state).steps[0]).toMatchObject({ waitingFor });
  });

  it('what stood in for an answer, and how old that was', () => {
    const saga = new Story(define([{ name: 'a' }, { name: 'b' }, { name: 'c' }]));
    const standIn = (by: string, more = {}): Reply => ({ kind: 'degraded', standIn: { by, output: [], ...more } });
    saga
      .succeed('a')
      .reply('b', standIn('cache_only', { age: 7 }))
      .reply('c', standIn('top_items'));
    const { steps } = viewOfSaga(saga.state);
    const marks = steps.map(({ degraded, degradedBy, degradedAge }) => [degraded, degradedBy, degradedAge]);
    expect(marks).toEqual([
      [undefined, undefined, undefined],
      [true, 'cache_only', 7],
      [true, 'top_items', undefined],
    ]);
  });

  it('since when it has tried, per operation', () => {
    const saga = new Story(define([{ name: 'a', retry: patient }, { name: 'b' }]));
    saga.reply('a', failed('none')).wait(60_000).succeed('a').cancel().lost('b', true);
    expect(viewOfSaga(saga.state).steps[0]).toMatchObject({
      startedAt: iso(START),
      compensationStartedAt: iso(START + 60_000),
    });
  });
});

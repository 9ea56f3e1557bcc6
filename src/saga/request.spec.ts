import { define } from '../../test/saga/definitions.js';
import { START, Story, succeeded } from '../../test/saga/story.js';
import type { CallStep } from './definition.js';
import { uselessAfter } from './request.js';

const deadline = 5_000;
const steps = [{ name: 'a' }, { name: 'p', kind: 'pivot' as const }, { name: 'z', kind: 'retriable' as const }];
const stepOf = (saga: Story, name: string) => saga.definition.steps.find((step) => step.name === name) as CallStep;

describe('an answer', () => {
  it('is of no use after the deadline, if it is that of an action that can be undone', () => {
    const saga = new Story(define(steps, { deadline }));
    expect(uselessAfter(saga.state, stepOf(saga, 'a'), 'action')).toBe(START + deadline);
    expect(uselessAfter(saga.state, stepOf(saga, 'a'), 'compensation')).toBeNull();
    expect(uselessAfter(saga.state, stepOf(saga, 'p'), 'action')).toBeNull();
    saga.reply('a', succeeded()).reply('p', succeeded());
    expect(uselessAfter(saga.state, stepOf(saga, 'z'), 'action')).toBeNull();
  });

  it('is always of use where there is no deadline', () => {
    const saga = new Story(define(steps));
    expect(uselessAfter(saga.state, stepOf(saga, 'a'), 'action')).toBeNull();
  });
});

import fc from 'fast-check';
import type { Priority } from '../../saga/definition.js';
import { Admission, SHED_REASONS, type LoadSample, type ShedReason } from './admission.js';
import { FALL, RISE } from './pressure.js';

const LIMITS = { dueAge: 30_000, loopLag: 500, commitWait: 2_000 };
const CALM: LoadSample = { 'due-age': 0, 'loop-lag': 0, 'commit-wait': 0, memory: 0.2 };
const PRIORITIES: readonly Priority[] = ['sheddable', 'normal', 'critical'];

/** Looks four times a second, as the server does. */
const STEP = 250;

class Story {
  readonly admission: Admission;
  now = 0;

  constructor(limits = LIMITS) {
    this.admission = new Admission(limits);
  }

  /** The load is like that for so long. */
  load(sample: Partial<LoadSample>, ms: number): this {
    for (const until = this.now + ms; this.now < until; this.now += STEP) {
      this.admission.observe({ ...CALM, ...sample }, this.now);
    }
    return this;
  }

  turnsAway(): readonly Priority[] {
    return PRIORITIES.filter((priority) => this.admission.refusal(priority) !== null);
  }
}

const LONG = RISE + 2 * STEP;

describe('admission', () => {
  it.each<[ShedReason, number, readonly Priority[]]>([
    ['due-age', 29_999, []],
    ['due-age', 30_000, ['sheddable']],
    ['due-age', 60_000, ['sheddable', 'normal']],
    ['due-age', 86_400_000, ['sheddable', 'normal']],
    ['loop-lag', 499, []],
    ['loop-lag', 500, ['sheddable']],
    ['loop-lag', 1_000, ['sheddable', 'normal']],
    ['commit-wait', 2_000, ['sheddable']],
    ['commit-wait', 30_000, ['sheddable', 'normal']],
    ['memory', 0.84, []],
    ['memory', 0.85, ['sheddable']],
    ['memory', 0.9, ['sheddable', 'normal']],
    ['memory', 0.95, ['sheddable', 'normal', 'critical']],
  ])('with %s at %d turns away %j', (reason, value, expected) => {
    const story = new Story().load({ [reason]: value }, LONG);
    expect(story.turnsAway()).toEqual(expected);
    for (const priority of expected) {
      expect(story.admission.refusal(priority)).toMatchObject({ reason, retryAfter: expect.any(Number) });
    }
  });

  it('turns nobody away for a spike, however high', () => {
    const story = new Story().load({ 'loop-lag': 60_000 }, RISE - STEP);
    expect(story.turnsAway()).toEqual([]);
    story.load({}, STEP).load({ 'loop-lag': 60_000 }, RISE - STEP);
    expect(story.turnsAway()).toEqual([]);
  });

  it('keeps the door shut until the load has eased for a while, and not just dipped below the limit', () => {
    const story = new Story().load({ 'due-age': 40_000 }, LONG);
    story.load({ 'due-age': 29_000 }, 60_000);
    expect(story.turnsAway()).toEqual(['sheddable']);
    story.load({ 'due-age': 14_000 }, FALL - STEP).load({ 'due-age': 20_000 }, STEP);
    expect(story.turnsAway()).toEqual(['sheddable']);
    story.load({ 'due-age': 14_000 }, FALL + 2 * STEP);
    expect(story.turnsAway()).toEqual([]);
  });

  it('lets normal starts in before sheddable ones when the load eases', () => {
    const story = new Story().load({ 'due-age': 70_000 }, LONG).load({ 'due-age': 29_000 }, FALL + 2 * STEP);
    expect(story.turnsAway()).toEqual(['sheddable']);
  });

  it('is not moved by a look that could not be taken', () => {
    const story = new Story().load({ 'due-age': 40_000 }, LONG).load({ 'due-age': null }, 60_000);
    expect(story.turnsAway()).toEqual(['sheddable']);
    expect(new Story().load({ 'due-age': null }, 60_000).turnsAway()).toEqual([]);
  });

  it('never looks at a sign whose limit is 0', () => {
    const story = new Story({ dueAge: 0, loopLag: 0, commitWait: 0 });
    story.load({ 'due-age': 1e9, 'loop-lag': 1e9, 'commit-wait': 1e9 }, LONG);
    expect(story.turnsAway()).toEqual([]);
  });

  const loads = fc.array(
    fc.record({
      ms: fc.integer({ min: 1, max: 20 }).map((steps) => steps * STEP),
      sample: fc.record({
        'due-age': fc.option(fc.integer({ min: 0, max: 200_000 })),
        'loop-lag': fc.integer({ min: 0, max: 3_000 }),
        'commit-wait': fc.integer({ min: 0, max: 10_000 }),
        memory: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    }),
    { maxLength: 20 },
  );

  it('never turns away the more important and lets in the less important, whatever the load was', () => {
    fc.assert(
      fc.property(loads, (stretches) => {
        const story = new Story();
        for (const { sample, ms } of stretches) {
          story.load(sample, ms);
          const turnedAway = story.turnsAway();
          expect(turnedAway).toEqual(PRIORITIES.slice(0, turnedAway.length));
        }
      }),
    );
  });

  it('lets everybody in again when the load is gone, whatever it was', () => {
    fc.assert(
      fc.property(loads, (stretches) => {
        const story = new Story();
        for (const { sample, ms } of stretches) story.load(sample, ms);
        story.load({}, FALL + 2 * STEP);
        expect(story.turnsAway()).toEqual([]);
        expect(SHED_REASONS.map((reason) => story.admission.levelOf(reason))).toEqual([0, 0, 0, 0]);
      }),
    );
  });

  it('turns critical starts away for nothing but memory', () => {
    fc.assert(
      fc.property(loads, (stretches) => {
        const story = new Story();
        for (const { sample, ms } of stretches) {
          story.load({ ...sample, memory: sample.memory * 0.94 }, ms);
          expect(story.admission.refusal('critical')).toBeNull();
        }
      }),
    );
  });
});

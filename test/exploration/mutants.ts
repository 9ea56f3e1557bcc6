import type { Definition } from '../../src/saga/definition.js';
import type { SagaEvent } from '../../src/saga/events.js';
import type { Fact } from '../../src/saga/facts.js';
import { LIST, PIVOT_LAST } from './definitions.js';
import { scenario, type Scenario } from './scenario.js';

/** One guard taken away, and the promises that fall with it. */
export interface Mutant {
  readonly breaks: RegExp;
  readonly scenario: Scenario;
}

/** Each of these must die. None of them is a switch in production code: the mutation is in the world around the core. */
export const MUTANTS: readonly Mutant[] = [
  {
    breaks: /^I7/,
    scenario: scenario('the fence is off', LIST, { cancels: 1, takeovers: 1 }, { isFenced: false }),
  },
  {
    breaks: /^I3/,
    scenario: scenario('participants have no barrier', LIST, { cancels: 1, timeouts: 1 }, { hasBarrier: false }),
  },
  {
    breaks: /^I6/,
    scenario: scenario(
      'every attempt has a key of its own',
      LIST,
      { cancels: 1, timeouts: 1 },
      {
        workOf: (step, _operation, attempt) => `${step}${attempt}`,
      },
    ),
  },
  {
    breaks: /^I4/,
    scenario: scenario(
      'steps are undone in the order in which they ran',
      LIST,
      { cancels: 1 },
      {
        rules: { definition: backToFront },
      },
    ),
  },
  {
    breaks: /^I2/,
    scenario: scenario(
      'an action in doubt is not undone',
      LIST,
      { cancels: 1, timeouts: 1 },
      {
        rules: { hear: withoutDoubt },
      },
    ),
  },
  {
    breaks: /^I2/,
    scenario: scenario(
      'a driver says "not sent" of what the one before it sent',
      LIST,
      { cancels: 1, crashes: 1 },
      {
        reportsTakeover: false,
      },
    ),
  },
  {
    breaks: /^I2/,
    scenario: scenario('a takeover is not written down', LIST, { crashes: 1, refusals: 2 }, { reportsTakeover: false }),
  },
  {
    breaks: /^I2/,
    scenario: scenario(
      'a breaker hides what the driver before has sent',
      PIVOT_LAST,
      {
        cancels: 1,
        crashes: 1,
        holdBacks: 1,
      },
      { reportsTakeover: false },
    ),
  },
  {
    breaks: /^I4/,
    scenario: scenario(
      'only the last entry tells of another driver',
      LIST,
      { cancels: 1, takeovers: 1 },
      {
        noticesTakeover: 'last-entry',
      },
    ),
  },
  {
    breaks: /^I5/,
    scenario: scenario(
      'a cancel does not wait for the pivot in flight',
      PIVOT_LAST,
      { cancels: 1 },
      {
        rules: { decide: (facts) => facts.map(turningAtOnce) },
      },
    ),
  },
  {
    breaks: /^I[24]/,
    scenario: scenario(
      'a compensation that fails is given up silently',
      LIST,
      { cancels: 1, undoRejections: 1 },
      {
        rules: { decide: (facts) => facts.map(givenUp) },
      },
    ),
  },
  {
    breaks: /^I[24]/,
    scenario: scenario(
      'an order to retry takes what is stuck for done',
      LIST,
      { cancels: 1, undoRejections: 1, orders: 1 },
      {
        rules: { decide: (facts) => facts.map(takenForDone) },
      },
    ),
  },
  {
    breaks: /^I2/,
    scenario: scenario(
      'an order to retry an undoing goes to the action',
      LIST,
      { cancels: 1, undoRejections: 1, orders: 1 },
      {
        rules: { decide: (facts) => facts.map(atTheAction) },
      },
    ),
  },
  {
    breaks: /^I8/,
    scenario: scenario(
      'what was in doubt is forgotten',
      LIST,
      { cancels: 1 },
      {
        rules: { decide: (facts) => facts.filter(({ type }) => type !== 'step-in-doubt') },
      },
    ),
  },
];

function backToFront(definition: Definition): Definition {
  const { steps } = definition;
  const above = (index: number): number[] => steps.flatMap((s) => (s.followers.includes(index) ? [s.index] : []));
  return { ...definition, steps: steps.map((step) => ({ ...step, followers: above(step.index) })) };
}

function withoutDoubt(event: SagaEvent): SagaEvent {
  if (event.type !== 'reply' || event.reply.kind !== 'failed') return event;
  return { ...event, reply: { ...event.reply, effect: 'none' } };
}

function turningAtOnce(fact: Fact): Fact {
  return fact.type === 'turn-requested' ? { ...fact, type: 'turned-back' } : fact;
}

function givenUp(fact: Fact): Fact {
  return fact.type === 'step-stuck' ? { type: 'step-compensated', step: fact.step } : fact;
}

function takenForDone(fact: Fact): Fact {
  return fact.type === 'retry-ordered' ? { type: 'step-compensated', step: fact.step } : fact;
}

function atTheAction(fact: Fact): Fact {
  return fact.type === 'retry-ordered' ? { ...fact, operation: 'action' } : fact;
}

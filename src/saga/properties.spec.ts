import fc from 'fast-check';
import { anyDefinition } from '../../test/saga/random-definitions.js';
import { chances, happen, succeedAt, type Chance } from '../../test/saga/random-life.js';
import { Story } from '../../test/saga/story.js';
import { isUndoable, type Definition } from './definition.js';
import type { SagaOrder } from './order.js';
import { allowedOrders } from './orders.js';
import { react } from './react.js';
import { retryPolicyOf } from './replies.js';
import { isAtRest, isPastPivot, needsUndo, stepViews, type SagaStatus } from './state.js';

/** No saga of five steps has more to do than this once nothing goes wrong any more. */
const ENOUGH = 200;

const FOLLOWING: { readonly [status in SagaStatus]: readonly SagaStatus[] } = {
  running: ['running', 'completed', 'compensating', 'compensated', 'stuck'],
  compensating: ['compensating', 'compensated', 'stuck'],
  stuck: ['stuck', 'running', 'completed', 'compensating', 'compensated'],
  completed: ['completed'],
  compensated: ['compensated'],
};

/** A promise, looked at before and after every event of any life of any saga. */
function always(look: (saga: Story) => () => void): void {
  fc.assert(
    fc.property(anyDefinition(), chances, (definition, life) => {
      const saga = new Story(definition, {}, false);
      for (const chance of life) {
        const lookAfter = look(saga);
        happen(saga, chance);
        lookAfter();
      }
    }),
    { numRuns: 400 },
  );
}

describe('in any life of any saga', () => {
  it('the status changes only as the contract says', () => {
    always((saga) => {
      const before = saga.status;
      return () => expect(FOLLOWING[before]).toContain(saga.status);
    });
  });

  it('nothing is undone after the pivot has succeeded', () => {
    always((saga) => () => {
      // What was settled by hand is as the operator says.
      if (saga.state.direction === 'back' && !saga.state.resolved) expect(isPastPivot(saga.state)).toBe(false);
    });
  });

  it('a step is undone only when nothing that ran after it is left to undo', () => {
    always((saga) => {
      const undoing = new Set(saga.state.steps.filter((is) => is.status === 'compensating').map((is) => is.name));
      return () => {
        for (const { step, is } of stepViews(saga.state)) {
          if (is.status !== 'compensating' || undoing.has(step.name)) continue;
          const after = stepViews(saga.state).filter((view) => step.followers.includes(view.step.index));
          expect(after.filter((view) => !isAtRest(view.is) || needsUndo(view))).toEqual([]);
        }
      };
    });
  });

  it('only what may have run is undone, and all of it is when the saga is compensated', () => {
    always((saga) => () => {
      for (const { step, is } of stepViews(saga.state)) {
        if (is.status === 'compensating') expect(mayHaveRun(saga, step.name)).toBe(true);
        const isOwed = isUndoable(step) && mayHaveRun(saga, step.name) && is.answered !== 'rejected';
        if (saga.status === 'compensated' && !saga.state.resolved && isOwed) expect(is.status).toBe('compensated');
      }
    });
  });

  it('an operation has no more attempts than its policy allows, and as many again for each order to retry it', () => {
    always((saga) => () => {
      for (const { step, is } of stepViews(saga.state)) {
        for (const operation of ['action', 'compensation'] as const) {
          if (operation === 'action' && step.kind === 'retriable') continue;
          const orders = saga.told.filter(
            (fact) => fact.type === 'retry-ordered' && fact.step === step.name && fact.operation === operation,
          );
          expect(is.attempts[operation]).toBeLessThanOrEqual(3 * (1 + orders.length));
        }
      }
    });
  });

  it('there is always something to do, a time to wake up, a message to wait for, an operator to ask, or an end', () => {
    always((saga) => () => {
      const { commands, wakeAt } = saga.plan();
      const isOver = saga.state.ended !== null || saga.status === 'stuck' || saga.state.paused;
      expect(isOver || commands.length > 0 || wakeAt !== null).toBe(true);
    });
  });

  it('what an operator hears that can be ordered can be, and nothing else', () => {
    always((saga) => () => {
      const allowed = allowedOrders(saga.state, saga.now);
      const steps = saga.definition.steps.map(({ name }) => name);
      const orders: SagaOrder[] = [
        ...(['retry', 'compensate', 'cancel', 'pause', 'resume'] as const).map((verb) => ({ verb })),
        ...(['completed', 'compensated'] as const).map((outcome) => ({ verb: 'resolve' as const, outcome })),
        ...steps.flatMap((step): SagaOrder[] => [
          { verb: 'skip', step },
          { verb: 'rebind', step, path: '/elsewhere' },
        ]),
      ];
      const taken = orders.filter((order) => {
        const event = { type: 'order', order, reason: 'why' } as const;
        const given = { now: saga.now, random: () => 0, retryPolicy: retryPolicyOf };
        return react(saga.state, [event], given).facts.length > 0;
      });
      expect(new Set(allowed)).toEqual(new Set(taken.map(({ verb }) => verb)));
    });
  });

  it('a paused saga has nothing to do', () => {
    always((saga) => () => {
      if (saga.state.paused) expect(saga.plan()).toEqual({ commands: [], wakeAt: null });
    });
  });

  it('what has fallen due is dealt with by one tick', () => {
    always((saga) => () => {
      if (!saga.todo().includes('tick')) return;
      saga.heed({ type: 'tick' });
      expect(saga.facts).not.toEqual([]);
      expect(saga.todo()).not.toContain('tick');
    });
  });

  it('the journal, read from its beginning, gives the same saga', () => {
    fc.assert(
      fc.property(anyDefinition(), chances, (definition, life) => {
        const saga = lived(definition, life);
        expect(saga.replayed()).toEqual(saga.state);
      }),
    );
  });

  it('the saga ends or is stuck soon after the last thing went wrong', () => {
    fc.assert(
      fc.property(anyDefinition(), chances, (definition, life) => {
        const saga = lived(definition, life);
        for (let i = 0; i < ENOUGH && saga.state.ended === null && saga.status !== 'stuck'; i++) {
          const { commands, wakeAt } = saga.plan();
          if (saga.state.paused) saga.heed({ type: 'order', order: { verb: 'resume' }, reason: 'go on' });
          else if (commands.length > 0) saga.heed(succeedAt(commands[0]!));
          else saga.now = wakeAt!;
        }
        expect(saga.state.ended !== null || saga.status === 'stuck').toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

function lived(definition: Definition, life: readonly Chance[]): Story {
  const saga = new Story(definition, {}, false);
  for (const chance of life) happen(saga, chance);
  return saga;
}

/** Whether the journal tells of anything but attempts that are known to have had no effect. */
function mayHaveRun(saga: Story, step: string): boolean {
  if (saga.is(step).inDoubt) return true;
  return saga.told.some((fact) => {
    if (!('step' in fact) || fact.step !== step) return false;
    switch (fact.type) {
      case 'step-succeeded':
        return fact.degraded === undefined;
      case 'attempt-failed':
        return fact.effect === 'in-doubt';
      case 'step-in-doubt':
      case 'call-accepted':
      case 'child-requested':
        return true;
      default:
        return false;
    }
  });
}

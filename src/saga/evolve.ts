import { rebound } from './binding.js';
import { stepNamed, type Definition } from './definition.js';
import type { Entry, Fact, SagaStarted } from './facts.js';
import { begun, enterReady } from './readiness.js';
import { renewed } from './renewal.js';
import { doubted, letGo, settled } from './settling.js';
import type { SagaState, StepState } from './state.js';

/** The state of a saga after its first `entries`. The first must hold `saga-started`. */
export function replay(id: string, definition: Definition, entries: readonly Entry[]): SagaState {
  const [first] = entries;
  const started = first?.facts[0];
  if (started?.type !== 'saga-started') throw new Error(`journal of ${id} does not begin with saga-started`);
  return entries.reduce(evolve, begin(id, definition, started, first!.at));
}

/** The state after one more journal entry. */
export function evolve(state: SagaState, entry: Entry): SagaState {
  if (entry.seq !== state.seq + 1) throw new Error(`journal of ${state.id} goes from ${state.seq} to ${entry.seq}`);
  let next = state;
  for (const fact of entry.facts) next = advance(next, fact, entry.at);
  return { ...next, seq: entry.seq };
}

/** The state after one more fact: what it says, and then the steps that became ready by it. */
export function advance(state: SagaState, fact: Fact, at: number): SagaState {
  return enterReady(apply(state, fact, at), at);
}

function begin(id: string, definition: Definition, fact: SagaStarted, at: number): SagaState {
  return {
    id,
    definition,
    input: fact.input,
    businessKey: fact.businessKey ?? null,
    concurrencyKey: fact.concurrencyKey ?? null,
    tags: fact.tags ?? {},
    parent: fact.parent ?? null,
    seq: 0,
    startedAt: at,
    finishedAt: null,
    deadlinePassed: false,
    direction: 'forward',
    reason: null,
    prepared: false,
    ended: null,
    output: null,
    paused: false,
    resolved: null,
    setAside: null,
    orders: [],
    signals: [],
    steps: definition.steps.map((step) => newStep(step.name)),
  };
}

function newStep(name: string): StepState {
  return {
    name,
    status: 'pending',
    attempts: { action: 0, compensation: 0 },
    output: null,
    error: null,
    degraded: null,
    degradedAge: null,
    inDoubt: false,
    answered: null,
    wait: null,
    releasedBy: null,
    stuck: null,
    renewal: null,
    bindings: null,
    settledByOrder: false,
    child: null,
    startedAt: null,
    compensationStartedAt: null,
    finishedAt: null,
  };
}

/** What one fact changes. Decides nothing: every decision was made when the fact was recorded. */
function apply(state: SagaState, fact: Fact, at: number): SagaState {
  const step = (name: string, change: (is: StepState) => Partial<StepState>): SagaState => ({
    ...state,
    // Whatever happens to a step uses its release up.
    steps: state.steps.map((is) => (is.name === name ? { ...is, releasedBy: null, ...change(is) } : is)),
  });

  switch (fact.type) {
    case 'saga-started':
      return state;

    case 'step-entered':
      return step(fact.step, () => begun(stepNamed(state.definition, fact.step), at));

    case 'step-skipped':
      return step(fact.step, (is) => ({
        // Nobody waits any more for what may be in flight: it has to be undone if the saga turns back.
        ...(fact.because === 'order' && letGo(stepNamed(state.definition, fact.step), is)),
        status: 'skipped',
        output: fact.output ?? is.output,
        stuck: null,
        wait: null,
        finishedAt: at,
      }));

    case 'step-succeeded':
      return takeSignal(
        step(fact.step, (is) => ({
          status: 'succeeded',
          attempts: counted(is, 'action', fact.attempt),
          output: fact.output,
          degraded: fact.degraded ?? null,
          degradedAge: fact.age ?? null,
          answered: fact.degraded === undefined ? 'succeeded' : null,
          error: fact.degraded === undefined ? null : is.error,
          wait: null,
          finishedAt: at,
        })),
        fact.step,
      );

    case 'step-rejected':
      return step(fact.step, (is) => ({
        status: 'rejected',
        attempts: counted(is, 'action', fact.attempt),
        answered: 'rejected',
        inDoubt: false,
        error: fact.error,
        wait: null,
        startedAt: is.startedAt ?? at,
        finishedAt: at,
      }));

    case 'attempt-failed':
      return step(fact.step, (is) => ({
        status: fact.operation === 'action' ? 'running' : 'compensating',
        attempts: counted(is, fact.operation, fact.attempt),
        inDoubt: is.inDoubt || (fact.operation === 'action' && fact.effect === 'in-doubt'),
        error: fact.error,
        wait: fact.retryAt === null ? null : { for: 'retry', until: fact.retryAt },
      }));

    case 'step-failed':
      return step(fact.step, () => ({ status: 'failed', error: fact.error, stuck: null, wait: null, finishedAt: at }));

    case 'step-in-doubt':
      return step(fact.step, () => ({
        status: 'unknown',
        inDoubt: true,
        error: fact.error,
        wait: null,
        finishedAt: at,
      }));

    case 'call-accepted':
      return step(fact.step, (is) => ({
        // A compensation that waits for its callback is still compensating; an action is waiting.
        status: fact.operation === 'action' ? 'waiting' : 'compensating',
        attempts: counted(is, fact.operation, fact.attempt),
        wait: { for: 'callback', until: fact.until },
      }));

    case 'saga-taken-over':
      return { ...state, steps: state.steps.map((is, i) => doubted(state.definition.steps[i]!, is)) };

    case 'call-parked':
      return step(fact.step, () => ({ wait: { for: 'release', by: fact.by, until: fact.until } }));

    case 'call-released':
      return step(fact.step, ({ wait }) => ({ wait: null, releasedBy: wait?.for === 'release' ? wait.by : null }));

    case 'signal-received':
      return { ...state, signals: [...state.signals, { signal: fact.signal, payload: fact.payload }] };

    case 'child-requested':
      return step(fact.step, () => ({
        child: { id: fact.child, definition: fact.definition, version: fact.version },
      }));

    case 'turn-requested':
      return { ...state, direction: 'turning', reason: fact.reason };

    case 'turn-overtaken':
      return { ...state, direction: 'forward', reason: null };

    case 'turned-back':
      return { ...state, direction: 'back', reason: fact.reason, prepared: false, steps: state.steps.map(neverBegun) };

    case 'step-compensated':
      return step(fact.step, (is) => ({
        status: 'compensated',
        attempts: counted(is, 'compensation', fact.attempt),
        settledByOrder: is.settledByOrder || fact.because === 'order',
        wait: null,
        stuck: null,
        finishedAt: at,
      }));

    case 'step-stuck':
      return step(fact.step, (is) => ({
        status: 'stuck',
        attempts: counted(is, fact.operation, fact.attempt),
        stuck: { operation: fact.operation, since: at },
        error: fact.error,
        wait: null,
      }));

    case 'deadline-passed':
      return { ...state, deadlinePassed: true };

    case 'order-taken':
      return fact.idempotency ? { ...state, orders: [...state.orders, fact.idempotency] } : state;

    case 'retry-ordered':
      return step(fact.step, (is) => renewed(stepNamed(state.definition, fact.step), is, fact.operation, at));

    case 'step-rebound':
      return step(fact.step, (is) => rebound(is, fact));

    case 'saga-paused':
      return { ...state, paused: true };

    case 'saga-resumed':
      return { ...state, paused: false };

    case 'saga-resolved':
      return {
        ...state,
        resolved: fact.outcome,
        paused: false,
        setAside: null,
        ...(fact.outcome === 'compensated' && { direction: 'back', reason: state.reason ?? fact.reason }),
        steps: state.steps.map((is) => settled(is, fact.outcome, at)),
      };

    case 'saga-taken-up':
      return {
        ...state,
        setAside: null,
        steps: state.steps.map((is, i) => doubted(state.definition.steps[i]!, is)),
      };

    case 'saga-prepared':
      return { ...state, prepared: true, output: fact.output };

    case 'saga-completed':
      return { ...state, ended: 'completed', prepared: false, output: fact.output, finishedAt: at };

    case 'saga-compensated':
      return { ...state, ended: 'compensated', finishedAt: at };

    case 'saga-set-aside':
      return { ...state, setAside: { error: fact.error, since: at } };
  }
  // Written by a newer release: kept in the journal, passed over here (hazard 36).
  return state;
}

/** A step that the saga turned back before. */
function neverBegun(is: StepState): StepState {
  return is.status === 'pending' ? { ...is, status: 'skipped' } : is;
}

/** A signal step that succeeded has taken the oldest signal of its name. */
function takeSignal(state: SagaState, name: string): SagaState {
  const step = stepNamed(state.definition, name);
  if (step.type !== 'signal') return state;
  const taken = state.signals.findIndex((s) => s.signal === step.signal);
  return { ...state, signals: state.signals.filter((_, i) => i !== taken) };
}

function counted(is: StepState, operation: 'action' | 'compensation', attempt = 0): StepState['attempts'] {
  return { ...is.attempts, [operation]: Math.max(is.attempts[operation], attempt) };
}

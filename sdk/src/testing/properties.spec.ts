import fc from 'fast-check';
import type { Definition } from '../../../src/saga/definition.js';
import { replay } from '../../../src/saga/evolve.js';
import type { Fact } from '../../../src/saga/facts.js';
import { next } from '../../../src/saga/next.js';
import { statusOf } from '../../../src/saga/state.js';
import { define } from '../../../test/saga/definitions.js';
import { anyDefinition } from '../../../test/saga/random-definitions.js';
import { seededRandom, shuffled } from './chance.js';
import { doorOf } from './doors.js';
import { faultAt, type Blow, type Fault } from './faults.js';
import { Library } from './library.js';
import { Orchestrator } from './orchestrator.js';
import { Run } from './run.js';
import type { Message } from './script.js';

/** What befalls one run: everything that a test can ask for, at random. */
interface Weather {
  readonly faults: readonly { step: number; isUndo: boolean; times: number; blow: Blow }[];
  readonly accepting: readonly number[];
  readonly signalAfter: number | null;
  readonly cancelAfter: number | null;
  readonly crashAt: number | null;
  /** From this call on, so many can't be made. */
  readonly blackout: { readonly from: number; readonly calls: number };
  readonly seed: number;
}

const blow = fc.constantFrom<Blow>(
  { kind: 'unreachable' },
  { kind: 'silent', takesEffect: true },
  { kind: 'silent', takesEffect: false },
  { kind: 'answered', status: 409, detail: 'no' },
  { kind: 'answered', status: 404, detail: 'not here' },
  { kind: 'answered', status: 500, detail: 'broken' },
);

const anyWeather: fc.Arbitrary<Weather> = fc.record({
  faults: fc.array(fc.record({ step: fc.nat(4), isUndo: fc.boolean(), times: fc.constantFrom(1, 2, 9), blow }), {
    maxLength: 3,
  }),
  accepting: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  signalAfter: fc.option(fc.nat(12_000)),
  cancelAfter: fc.option(fc.nat(12_000)),
  crashAt: fc.option(fc.integer({ min: 1, max: 30 })),
  blackout: fc.record({ from: fc.nat(12), calls: fc.constantFrom(0, 1, 20) }),
  seed: fc.nat(),
});

const CALM: Weather = {
  faults: [],
  accepting: [],
  signalAfter: null,
  cancelAfter: null,
  crashAt: null,
  blackout: { from: 0, calls: 0 },
  seed: 1,
};

const CHILD = { ...define([{ name: 'c0' }, { name: 'c1' }]), name: 'child' };

async function live(definition: Definition, weather: Weather): Promise<{ run: Run; orchestrator: Orchestrator }> {
  const faults = weather.faults.flatMap(({ step, isUndo, times, blow }): Fault[] => {
    const found = definition.steps[step];
    return found
      ? [faultAt({ definition: definition.name, step: found }, isUndo ? 'compensation' : 'action', times, blow)]
      : [];
  });
  faults.push(blackout(weather.blackout));
  const message = (event: Message['event'], after: number | null): Message[] =>
    after === null ? [] : [{ isFor: (other) => other === definition, event, after }];
  const messages = [
    ...message({ type: 'signal', signal: 'go', payload: 1 }, weather.signalAfter),
    ...message({ type: 'order', order: { verb: 'cancel' }, reason: 'no' }, weather.cancelAfter),
  ];
  const accepting = { handle: () => Promise.resolve({ status: 202, headers: {}, body: '' }) };
  const names = [...definition.steps, ...CHILD.steps].map(({ name }) => name);
  const doors = new Map(
    names.map((name, i) => [
      name,
      doorOf(name, weather.accepting.includes(i) && i < definition.steps.length ? accepting : {}),
    ]),
  );
  const random = seededRandom(weather.seed);
  const orchestrator = new Orchestrator(
    { library: new Library(definition, [CHILD]), doors, policies: new Map(), setup: {} },
    { faults, messages, results: [] },
    { order: shuffled(random), ...(weather.crashAt !== null && { crashAt: weather.crashAt }) },
    { ids: random, random },
  );
  return { run: new Run(await orchestrator.run(null), orchestrator, null), orchestrator };
}

describe('any saga in any weather', () => {
  it('is what its journal adds up to, has nothing left to do, and undoes only what may have happened', async () => {
    await fc.assert(
      fc.asyncProperty(anyDefinition(), anyWeather, async (definition, weather) => {
        const { run, orchestrator } = await live(definition, weather);
        for (const { id, definition, entries, state } of orchestrator.sagas.values()) {
          expect(replay(id, definition, entries)).toEqual(state);
          expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1));
          const left = next(state, orchestrator.now).commands.map(({ type }) => type);
          expect(left.filter((type) => !type.startsWith('watch-') && type !== 'undo-child')).toEqual([]);
          expect(next(state, orchestrator.now).wakeAt).toBeNull();
        }
        expect(run.status).toBe(statusOf(replay(run.id, definition, run.journal)));
        expect(orchestrator.isCutShort).toBe(false);
        expectCallsToFitTheJournal(run);
        if (run.status === 'compensated') expectNothingLeft(run, definition);
      }),
      { numRuns: 200 },
    );
  });

  it('goes the same way again when it is told to', async () => {
    await fc.assert(
      fc.asyncProperty(anyDefinition(), anyWeather, async (definition, weather) => {
        const [once, again] = [await live(definition, weather), await live(definition, weather)];
        expect(again.run.journal).toEqual(once.run.journal);
        expect(String(again.run)).toBe(String(once.run));
      }),
      { numRuns: 50 },
    );
  });
});

describe('an orchestrator that has taken over', () => {
  it('does not believe that nothing happened only because nothing can be reached any more', async () => {
    const definition = define([{ name: 'pay', retry: { maxAttempts: 2, jitter: 'none' } }]);
    // It dies with the answer in its hands, and then the participant is away for as long as the attempts last.
    const { run } = await live(definition, { ...CALM, crashAt: 2, blackout: { from: 1, calls: 2 } });
    expect(run.calls.map(({ operation, attempt, answer }) => [operation, attempt, answer?.status])).toEqual([
      ['action', 1, 200],
      ['action', 1, undefined],
      ['action', 2, undefined],
      ['compensation', 1, 200],
    ]);
    expect(run.expectCompensated(['pay']).reason?.code).toBe('step-in-doubt');
  });
});

function blackout({ from, calls }: Weather['blackout']): Fault {
  let made = 0;
  return { hits: () => made++ >= from && made <= from + calls, blow: { kind: 'unreachable' } };
}

/** Whatever has taken effect has been undone if the saga was, unless its participant denied it or it has no undoing. */
function expectNothingLeft(run: Run, definition: Definition): void {
  for (const step of definition.steps) {
    if (step.type !== 'call' || (!step.compensation && step.kind !== 'pivot')) continue;
    const calls = run.calls.filter((call) => call.sagaId === run.id && call.step === step.name);
    const isDenied = calls.some(({ note }) => note === 'said by the test');
    const last = calls.findLast(({ answer }) => answer && answer.status < 300);
    if (last && !isDenied) expect([step.name, last.operation]).toEqual([step.name, 'compensation']);
  }
}

/** Whatever the journal says of an attempt has been a call, and nothing is undone before the saga has turned back. */
function expectCallsToFitTheJournal(run: Run): void {
  const facts = run.journal.flatMap((entry) => entry.facts);
  const own = run.calls.filter(({ sagaId }) => sagaId === run.id);
  const wasCalled = (fact: Fact): boolean => {
    if (fact.type !== 'attempt-failed' && fact.type !== 'call-accepted') return true;
    return own.some(
      (call) => call.step === fact.step && call.operation === fact.operation && call.attempt === fact.attempt,
    );
  };
  expect(facts.filter((fact) => !wasCalled(fact))).toEqual([]);
  if (!facts.some(({ type }) => type === 'turned-back')) {
    expect(own.filter(({ operation }) => operation === 'compensation')).toEqual([]);
  }
}

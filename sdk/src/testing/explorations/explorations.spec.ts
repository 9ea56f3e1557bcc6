import { memoryBarrier } from '../../barrier/memory-barrier.js';
import { participant } from '../../participant/participant.js';
import { Rejected } from '../../participant/results.js';
import { sagaTest, SagaExpectationError, type Scenario, type TestParticipant, type TestSetup } from '../index.js';

const RETRY = { maxAttempts: 3, initialInterval: '1s', jitter: 'none' };

const booking = {
  name: 'booking',
  steps: [
    {
      name: 'flight',
      participant: 'airline',
      after: [],
      action: { path: '/seats' },
      compensation: { path: '/seats/cancel' },
      retry: RETRY,
    },
    {
      name: 'hotel',
      participant: 'hotel',
      after: [],
      action: { path: '/rooms' },
      compensation: { path: '/rooms/cancel' },
      retry: RETRY,
    },
    {
      name: 'pay',
      participant: 'bank',
      after: ['flight', 'hotel'],
      kind: 'pivot',
      action: { path: '/payments' },
      retry: RETRY,
    },
    { name: 'mail', participant: 'post', action: { path: '/mails' } },
  ],
};

/** An airline whose seats are booked behind a barrier: what each saga has is there once, or not at all. */
function guardedAirline(seats: Set<string>): TestParticipant {
  let sold = 0;
  return participant({ barrier: memoryBarrier() })
    .action('/seats', async (call) => {
      seats.add(call.sagaId);
      await Promise.resolve();
      return { seat: ++sold };
    })
    .compensation('/seats/cancel', (call) => void seats.delete(call.sagaId));
}

function trips(airline: (seats: Set<string>) => TestParticipant): Scenario {
  const surroundings = (): TestSetup => {
    const seats = new Set<string>();
    return { participants: { airline: airline(seats), hotel: {}, bank: {}, post: {} }, effects: () => seats.size };
  };
  return sagaTest(booking, surroundings).given({});
}

/** Counts seats without knowing whom they are for. */
function countingAirline(change: {
  readonly book: (key: string) => number;
  readonly cancel: (key: string) => void;
}): TestParticipant {
  return {
    '/seats': ({ idempotencyKey }) => ({ seat: change.book(idempotencyKey) }),
    '/seats/cancel': ({ idempotencyKey }) => change.cancel(idempotencyKey),
  };
}

const guarded = trips(guardedAirline);

/** Answers a repeated call as the first, but does not notice that a call may come after its compensation. */
const forgetful = trips((seats) =>
  countingAirline({
    book: (key) => seats.add(key).size,
    cancel: (key) => void seats.delete(key.replace('compensation', 'action')),
  }),
);

async function complaint(exploration: Promise<unknown>): Promise<string> {
  const error = await exploration.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SagaExpectationError);
  return (error as Error).message;
}

describe('crashes after every step', () => {
  it('do no harm to participants behind a barrier, whichever way the saga goes', async () => {
    expect(await guarded.crashAfterEveryStep()).toEqual({ runs: 13 });
    await guarded.whenStepRejects('hotel').crashAfterEveryStep();
    await guarded.whenStepRejects('pay').whenCompensationFails('flight', { times: 2 }).crashAfterEveryStep();
    await guarded.whenStepTimesOut('flight', { butTakesEffect: true }).crashAfterEveryStep();
  });

  it('show a participant that gives another answer to the same call', async () => {
    let sold = 0;
    const careless = trips(() => countingAirline({ book: () => ++sold, cancel: () => undefined }));
    const message = await complaint(careless.crashAfterEveryStep());
    expect(message).toMatch(
      /^When the orchestrator crashes before the end of action flight #1 is recorded: airline answered 200/,
    );
    expect(message).toContain('the orchestrator crashes; another takes over');
  });

  it('show a participant whose effects happen twice although it always answers the same', async () => {
    const careless = sagaTest(booking, () => {
      let booked = 0;
      const airline = countingAirline({ book: () => (booked++, 1), cancel: () => void booked-- });
      return { participants: { airline, hotel: {}, bank: {}, post: {} }, effects: () => booked };
    });
    const message = await complaint(careless.given({}).crashAfterEveryStep());
    expect(message).toContain('the effects are 2, but undisturbed they were 1');
  });

  it('show a participant that refuses a call because it has done it already', async () => {
    const strict = trips((seats) =>
      countingAirline({
        book: (key) => {
          if (seats.has(key)) throw new Rejected('this seat is taken');
          return seats.add(key).size;
        },
        cancel: (key) => void seats.delete(key.replace('compensation', 'action')),
      }),
    );
    expect(await complaint(strict.crashAfterEveryStep())).toContain('and 409');
  });

  it('leave a pivot in doubt to an operator rather than guess', async () => {
    await guarded.whenStepFails('pay').crashAfterEveryStep();
  });
});

describe('calls that come twice', () => {
  it('do no harm to participants behind a barrier', async () => {
    expect(await guarded.deliverEverythingTwice()).toEqual({ runs: 3 });
    await guarded.whenStepRejects('pay').deliverEverythingTwice();
  });

  it('show a participant that only notices a repeat when the first call is done', async () => {
    const racing = trips((seats) => ({
      '/seats': async ({ idempotencyKey }) => {
        const isRepeat = seats.has(idempotencyKey);
        await Promise.resolve();
        seats.add(idempotencyKey);
        if (!isRepeat) seats.add(`${idempotencyKey} ${seats.size}`);
      },
      '/seats/cancel': () => null,
    }));
    expect(await complaint(racing.deliverEverythingTwice())).toMatch(
      /^When each call comes twice at once: the effects are 3/,
    );
  });
});

describe('calls that come twice at once', () => {
  it('show a participant that gives each its own answer', async () => {
    let sold = 0;
    const racing = trips(() => {
      const seats = new Map<string, number>();
      return {
        '/seats': async ({ idempotencyKey }) => {
          const known = seats.get(idempotencyKey);
          await Promise.resolve();
          const seat = known ?? ++sold;
          seats.set(idempotencyKey, seat);
          return { seat };
        },
        '/seats/cancel': () => null,
      };
    });
    await racing.crashAfterEveryStep();
    expect(await complaint(racing.deliverEverythingTwice())).toMatch(
      /^When each call comes twice at once: airline answered 200/,
    );
  });
});

describe('an action that comes late', () => {
  it('takes no effect behind a barrier', async () => {
    expect(await guarded.deliverLate()).toEqual({ runs: 5 });
  });

  it('shows a participant without a barrier, though it answers repeated calls well', async () => {
    await forgetful.crashAfterEveryStep();
    await forgetful.deliverEverythingTwice();
    expect(await complaint(forgetful.deliverLate())).toMatch(
      /^airline let flight take effect after its compensation: the effects went from 0 to 1. It needs a barrier.\n/,
    );
  });

  it('shows one without a barrier by its answer alone', async () => {
    const participants = {
      airline: countingAirline({ book: () => 1, cancel: () => undefined }),
      hotel: {},
      bank: {},
      post: {},
    };
    const message = await complaint(sagaTest(booking, { participants }).given({}).deliverLate());
    expect(message).toContain('it answered 200 {"seat":1} instead of a no');
  });

  it('shows a barrier that forgets what it has done once that is undone', async () => {
    const halfGuarded = trips((seats) => {
      const barred = new Set<string>();
      let sold = 0;
      return {
        '/seats': ({ sagaId }) => {
          if (barred.has(sagaId)) throw new Rejected('too late');
          seats.add(sagaId);
          return { seat: ++sold };
        },
        '/seats/cancel': ({ sagaId }) => {
          if (!seats.delete(sagaId)) barred.add(sagaId);
        },
      };
    });
    const message = await complaint(halfGuarded.deliverLate());
    expect(message).toContain('the effects went from 0 to 1');
    expect(message).toContain('(the answer is lost)');
  });

  it('shows a barrier that only remembers what it has done, not what it has undone', async () => {
    const halfGuarded = trips((seats) => {
      const done = new Set<string>();
      return countingAirline({
        book: (key) => {
          if (!done.has(key)) seats.add(key);
          done.add(key);
          return 1;
        },
        cancel: (key) => void seats.delete(key.replace('compensation', 'action')),
      });
    });
    expect(await complaint(halfGuarded.deliverLate())).toContain('no answer (the call is lost)');
  });
});

describe('every step failing in turn', () => {
  it('leaves nothing behind where compensations undo what actions do', async () => {
    // Undisturbed once; each compensatable step in seven ways, the pivot in five, the retriable one in three.
    expect(await guarded.failEveryStepInTurn()).toEqual({ runs: 1 + 2 * 7 + 5 + 3 });
  });

  it('shows a compensation that does not undo its action', async () => {
    const sloppy = trips((seats) => countingAirline({ book: (key) => seats.add(key).size, cancel: () => undefined }));
    expect(await complaint(sloppy.failEveryStepInTurn())).toContain('the effects went from 0 to 1');
  });

  it('shows a saga that gets stuck', async () => {
    const message = await complaint(guarded.whenCompensationRejects('hotel').failEveryStepInTurn());
    expect(message).toMatch(
      /^When flight is rejected: expected the saga to be completed or compensated, but it is stuck/,
    );
  });
});

describe('every order', () => {
  it('of parallel calls is tried once', async () => {
    const inOrder: string[] = [];
    const three = {
      name: 'three',
      steps: ['a', 'b', 'c'].map((name) => ({
        name,
        after: [],
        participant: 'p',
        compensation: 'none',
        action: { path: `/${name}` },
      })),
    };
    const note = ({ step }: { step: string }): void => void inOrder.push(step);
    const p = { '/a': note, '/b': note, '/c': note };
    expect(await sagaTest(three, { participants: { p } }).given({}).everyOrder()).toEqual({ runs: 6 });
    const orders = Array.from({ length: 6 }, (_, i) => inOrder.slice(3 * i, 3 * i + 3).join(''));
    expect(orders.sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  });

  it('shows participants that depend on it', async () => {
    const surroundings = (): TestSetup => {
      const ledger: string[] = [];
      const note = ({ step }: { step: string }): void => void ledger.push(step);
      const participants = {
        airline: { '/seats': note, '/seats/cancel': note },
        hotel: { '/rooms': note, '/rooms/cancel': note },
      };
      return { participants: { ...participants, bank: {}, post: {} }, effects: () => ledger };
    };
    const message = await complaint(sagaTest(booking, surroundings).given({}).everyOrder());
    expect(message).toContain("the effects are [ 'hotel', 'flight' ], but undisturbed they were [ 'flight', 'hotel' ]");
  });

  it('is refused when there are too many', async () => {
    await expect(guarded.everyOrder({ atMost: 1 })).rejects.toThrow(/there are more than 1; let everyOrder have more/);
  });

  it('may be drawn by lot, always the same for one seed', async () => {
    const drawn = async (seed: number): Promise<string> => {
      const setup: TestSetup = {
        participants: { airline: {}, hotel: {}, bank: {}, post: {} },
        order: 'shuffled',
        seed,
      };
      const run = await sagaTest(booking, setup).given({}).expectCompleted();
      return run.calls.map(({ step }) => step).join(' ');
    };
    const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => drawn(seed)));
    expect(new Set(orders)).toEqual(new Set(['flight hotel pay mail', 'hotel flight pay mail']));
    expect(await drawn(7)).toBe(orders[7]);
  });
});

describe('effects of several runs', () => {
  it('are only compared where each run has participants of its own', async () => {
    const setup: TestSetup = { participants: { airline: {}, hotel: {}, bank: {}, post: {} }, effects: () => 0 };
    await expect(sagaTest(booking, setup).given({}).crashAfterEveryStep()).rejects.toThrow(
      /give the setup as a function/,
    );
  });

  it('are looked at when a saga is compensated, wherever its participants are from', async () => {
    let seats = 0;
    const airline = countingAirline({ book: () => ++seats, cancel: () => undefined });
    const test = sagaTest(booking, { participants: { airline, hotel: {}, bank: {}, post: {} }, effects: () => seats });
    const message = await complaint(test.given({}).whenStepRejects('pay').expectCompensated());
    expect(message).toContain('the effects went from 0 to 1');
  });
});

import { memoryBarrier, type MemoryTransaction } from '../barrier/memory-barrier.js';
import { participant, type Participant, type ParticipantOptions } from '../participant/participant.js';
import { Accepted, Later, Rejected } from '../participant/results.js';
import { sagaTest, type RealParticipant, type Scenario, type TestParticipant, type TestSetup } from './index.js';

const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=';

const transfer = {
  name: 'transfer',
  steps: [
    {
      name: 'debit',
      participant: 'here',
      action: { path: "{% '/accounts/' & input.from & '/debits' %}", body: '{% input.cents %}' },
      compensation: { path: "{% '/accounts/' & input.from & '/debits/undo' %}" },
    },
    {
      name: 'credit',
      participant: 'there',
      action: { path: '/credits', body: '{% input.cents %}' },
      compensation: { path: '/credits/undo' },
    },
    { name: 'note', participant: 'ledger', kind: 'pivot', action: { path: '/notes' } },
  ],
};

/** A bank with one account, which holds 100 cents and must not be overdrawn. */
class Bank {
  cents = 100;
  private readonly moved = new Map<string, number>();
  readonly participant: Participant<MemoryTransaction>;

  constructor(options: ParticipantOptions = {}) {
    this.participant = participant({ ...options, barrier: memoryBarrier() })
      .action<number>('/accounts/:id/debits', (call) => {
        if (call.params['id'] !== 'mine') throw new Rejected('no such account', { code: 'unknown-account' });
        if (call.body > this.cents) throw new Rejected('not enough money');
        return this.move(call.sagaId, -call.body);
      })
      .compensation('/accounts/:id/debits/undo', (call) => this.moveBack(call.sagaId))
      .action<number>('/credits', (call) => this.move(call.sagaId, call.body))
      .compensation('/credits/undo', (call) => this.moveBack(call.sagaId));
  }

  private move(saga: string, cents: number): { readonly balance: number } {
    this.cents += cents;
    this.moved.set(saga, cents);
    return { balance: this.cents };
  }

  private moveBack(saga: string): void {
    this.cents -= this.moved.get(saga)!;
  }
}

function banks(input: object, more: TestSetup = {}, options?: ParticipantOptions): Scenario {
  return sagaTest(transfer, () => {
    const [here, there] = [new Bank(options), new Bank(options)];
    const participants = { here: here.participant, there: there.participant, ledger: {} };
    return { ...more, participants, effects: () => [here.cents, there.cents] };
  }).given(input);
}

describe('a real participant', () => {
  const good = banks({ from: 'mine', cents: 30 });

  it('is called as the server calls it', async () => {
    const run = await good.expectCompleted();
    expect(run.effects).toEqual({ before: [100, 100], after: [70, 130] });
    expect(run.step('debit').output).toEqual({ balance: 70 });
  });

  it('says no, and why', async () => {
    const run = await banks({ from: 'mine', cents: 101 }).expectCompensated([]);
    expect(run.step('debit').error).toMatchObject({
      code: 'http-409',
      message: expect.stringContaining('not enough money'),
    });
  });

  it('stands all exhaustive tests behind its barrier', async () => {
    for (const scenario of [good, good.whenStepRejects('note'), banks({ from: 'yours', cents: 1 })]) {
      await scenario.crashAfterEveryStep();
      await scenario.deliverEverythingTwice();
      await scenario.deliverLate();
    }
    await good.failEveryStepInTurn();
    await good.everyOrder();
  });

  it('takes signed calls if the test knows its secret', async () => {
    const [input, options] = [{ from: 'mine', cents: 30 }, { secret: SECRET }];
    await banks(input, { secrets: { here: SECRET, there: SECRET } }, options).expectCompleted();
    const unsigned = await banks(input, {}, options).expectCompensated([]);
    expect(unsigned.step('debit').error?.code).toBe('http-401');
  });

  it('that knows no such operation is told of in the timeline', async () => {
    const here = participant().action('/elsewhere', () => null);
    const run = await sagaTest(transfer, { participants: { here, there: {}, ledger: {} } })
      .given({ from: 'mine', cents: 1 })
      .expectCompensated([]);
    expect(String(run)).toContain('no action has this path here');
  });

  it('may ask for patience, and may accept', async () => {
    const there = participant()
      .action('/credits', ({ attempt }) => {
        if (attempt === 1) throw new Later('10s');
        return new Accepted();
      })
      .compensation('/credits/undo', () => null);
    const participants: Record<string, TestParticipant> = { here: {}, there, ledger: {} };
    const run = await sagaTest(transfer, { participants })
      .given({ from: 'mine', cents: 1 })
      .whenCallback('credit', { balance: 7 }, { after: '1m' })
      .expectCompleted();
    expect([run.step('credit').output, run.elapsed]).toEqual([{ balance: 7 }, 70_000]);
  });
});

describe('a real participant that tells its result to the callback', () => {
  /** @param no what the callback is told in place of the credit */
  function telling(no?: string): Scenario {
    return sagaTest(transfer, () => {
      let credits = 0;
      const there = participant({ barrier: memoryBarrier() })
        .action('/credits', async (call) => {
          const callback = call.callback();
          if (no === undefined) credits += 1;
          const isAwaited = await (no === undefined ? callback.succeed({ balance: 7 }) : callback.reject(no));
          expect(isAwaited).toBe(true);
          return new Accepted();
        })
        .compensation('/credits/undo', () => void (credits -= 1));
      return { participants: { here: {}, there, ledger: {} }, effects: () => credits };
    }).given({ from: 'mine', cents: 1 });
  }

  it('is heard at once, however often it is called', async () => {
    const run = await telling().expectCompleted();
    expect([run.step('credit').output, run.effects, run.elapsed]).toEqual([{ balance: 7 }, { before: 0, after: 1 }, 0]);
    await telling().crashAfterEveryStep();
    await telling().deliverEverythingTwice();
    await telling().whenStepRejects('note').expectCompensated(['debit', 'credit']);
  });

  it('may say no by it', async () => {
    const run = await telling('no such account').expectCompensated(['debit']);
    expect(run.reason?.message).toBe('credit: no such account');
  });
});

describe('whatever takes requests', () => {
  it.each([
    ['an answer that is not JSON leaves the step in doubt', 200, 'moo', 'compensated', 'unreadable-answer'],
    ['a 503 does so, too', 503, '', 'compensated', 'http-503'],
    ['a 404 is a no', 404, '{"title":"Not Found"}', 'rejected', 'http-404'],
    ['no body is an answer', 204, '', 'succeeded', undefined],
  ])('is understood by the answer table: %s', async (_, status, body, end, code) => {
    const handle: RealParticipant['handle'] = async ({ headers }) =>
      headers['skald-operation'] === 'action' ? { status, headers: {}, body } : { status: 200, headers: {}, body: '' };
    const participants = { here: {}, there: { handle }, ledger: {} };
    const run = await sagaTest(transfer, { participants }).given({ from: 'me', cents: 1 }).run();
    expect([run.step('credit').status, run.step('credit').error?.code]).toEqual([end, code]);
  });
});

import type { Reply } from '../../../saga/reply.js';
import type { ParticipantCall } from '../../participant-call.js';
import { RetryBudget } from './retry-budget.js';
import { retryBudgetPolicy } from './retry-budget-policy.js';

const DONE: Reply = { kind: 'succeeded', output: null };

describe('the policy of a retry budget', () => {
  it('lets first attempts earn retries, each once, and only when it was sent', async () => {
    const { send, available } = policyWith({ ratio: 1, minPerSecond: 0 });
    await spendAll(send, available);
    for (let time = 0; time < 50; time++) await send({ attempt: 1 }, refusedBy('breaker'));
    expect(available()).toBe(0);
    for (let time = 0; time < 50; time++) await send({ attempt: 1, releasedBy: 'breaker' }, DONE);
    expect(available()).toBeGreaterThanOrEqual(48);
  });

  it('parks a retry that nobody has paid for, and lets it pass when it comes back', async () => {
    const { send, available } = policyWith({ ratio: 0, minPerSecond: 1 });
    await spendAll(send, available);
    const replies = [await send({ attempt: 2 }, DONE), await send({ attempt: 9 }, DONE)];
    expect(replies).toMatchObject([
      { kind: 'refused', by: 'retry-budget', wait: 1_250 },
      { kind: 'refused', by: 'retry-budget', wait: 2_500 },
    ]);
    expect(await send({ attempt: 2, releasedBy: 'retry-budget' }, DONE)).toEqual(DONE);
    expect(await send({ attempt: 2, releasedBy: 'breaker' }, DONE)).toMatchObject({ kind: 'refused' });
    expect(await send({ attempt: 1 }, DONE)).toEqual(DONE);
  });

  it('lets one pass that was only told to ask again as little as any other', async () => {
    const { send, available } = policyWith({ ratio: 0, minPerSecond: 1 });
    await spendAll(send, available);
    const replies = [];
    for (let time = 0; time < 40; time++) replies.push(await send({ attempt: 2 }, DONE));
    expect(replies.at(-1)).toMatchObject({ kind: 'refused', by: 'retry-budget-full' });
    const again = await send({ attempt: 2, releasedBy: 'retry-budget-full' }, DONE);
    expect(again).toMatchObject({ kind: 'refused', by: 'retry-budget-full' });
  });

  it.each([
    ['a breaker', 'breaker', null, 0],
    ['a breaker, once it was promised', 'breaker', 'retry-budget', 1],
    ['a bulkhead, for a place of which it waits', 'bulkhead', null, -1],
    ['a bulkhead, when it comes back from there', 'bulkhead', 'bulkhead', 0],
  ])('counts a retry that is refused by %s as what it is', async (_, by, releasedBy, change) => {
    const { send, available } = policyWith({ ratio: 0, minPerSecond: 1 });
    await send({ attempt: 2 }, DONE);
    await send({ attempt: 2 }, DONE);
    const before = available();
    await send({ attempt: 2, releasedBy }, refusedBy(by));
    expect(available() - before).toBe(change);
  });

  it('does not hide a bug', async () => {
    const { policy } = policyWith({ ratio: 0, minPerSecond: 1 });
    await expect(policy({ attempt: 2 } as ParticipantCall, () => Promise.reject(new Error('a bug')))).rejects.toThrow();
  });
});

function policyWith(rules: { ratio: number; minPerSecond: number }) {
  const budget = new RetryBudget(rules, () => 1, 0);
  const policy = retryBudgetPolicy(budget, () => 0);
  return {
    policy,
    available: () => budget.snapshot(0).available,
    send: (call: Partial<ParticipantCall>, reply: Reply) =>
      policy({ operation: 'action', releasedBy: null, ...call } as ParticipantCall, () => Promise.resolve(reply)),
  };
}

async function spendAll(send: ReturnType<typeof policyWith>['send'], available: () => number): Promise<void> {
  while (available() > 0) await send({ attempt: 2, operation: 'compensation' }, DONE);
}

function refusedBy(by: string): Reply {
  return { kind: 'refused', by, wait: 100 };
}

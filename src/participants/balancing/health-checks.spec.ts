import { endpointsOf } from '../../../test/participants/fleet.js';
import { participantAt } from '../../../test/participants/loopback.js';
import type { Participant } from '../participant.js';
import { Balancer } from './balancer.js';
import { HealthChecks } from './health-checks.js';

const INTERVAL = 10_000;

describe('active health checks', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => jest.useRealTimers());

  it('ask each endpoint about once in an interval, and the first time soon', async () => {
    const { asked, call, pass } = checked(2);
    call();
    await pass(1_000);
    expect(asked.map(({ url }) => url).sort()).toEqual(endpointsOf(1, 1).map(({ url }) => url));
    await pass(10 * INTERVAL, call);
    for (const { url } of endpointsOf(1, 1)) {
      const times = asked.filter((each) => each.url === url).map(({ at }) => at);
      expect(times.length).toBeGreaterThanOrEqual(10);
      times.slice(1).forEach((at, index) => {
        expect(at - times[index]!).toBeGreaterThanOrEqual(0.9 * INTERVAL - 2);
        expect(at - times[index]!).toBeLessThanOrEqual(1.1 * INTERVAL + 2);
      });
      // Not all processes at the same moment.
      expect(new Set(times.slice(1).map((at, index) => at - times[index]!)).size).toBeGreaterThan(3);
    }
  });

  it('put an endpoint out after three bad ones in a row and back after two good ones', async () => {
    const answers: (boolean | null)[] = [false, false, true, false, false, null, false, true, false, true, true];
    const healthy: boolean[] = [];
    const { balancer, asked, call, pass } = checked(1, () => answers[asked.length - 1]!);
    while (asked.length < answers.length) {
      call();
      const before = asked.length;
      await pass(50);
      if (asked.length > before) healthy.push(balancer.snapshot(performance.now())[0]!.healthy);
    }
    const [ok, out] = [true, false];
    expect(healthy).toEqual([ok, ok, ok, ok, ok, ok, out, out, out, out, ok]);
  });

  it('end a minute after the last call, and begin again with the next one', async () => {
    const { asked, call, pass } = checked(1);
    await pass(INTERVAL);
    expect(asked).toHaveLength(0);
    call();
    await pass(60_000);
    const count = asked.length;
    expect(count).toBeGreaterThanOrEqual(5);
    await pass(100 * INTERVAL);
    expect(asked.length).toBeLessThanOrEqual(count + 1);
    expect(jest.getTimerCount()).toBe(0);
    call();
    await pass(1_000);
    expect(asked.length).toBeGreaterThan(count);
  });

  it('go on one at a time when an endpoint hangs and everything else happens meanwhile', async () => {
    let release: (isGood: boolean) => void = () => undefined;
    const { asked, call, pass } = checked(1, () => new Promise((done) => (release = done)));
    call();
    await pass(1_000);
    await pass(10 * INTERVAL, call);
    expect(asked).toHaveLength(1);
    release(true);
    await pass(INTERVAL, call);
    expect(asked).toHaveLength(2);
  });

  it('are not doubled when calls come again while one is still on its way', async () => {
    let release: (isGood: boolean) => void = () => undefined;
    const { asked, call, pass } = checked(2, () =>
      asked.length === 1 ? new Promise((done) => (release = done)) : true,
    );
    call();
    await pass(100_000);
    expect(jest.getTimerCount()).toBe(0);
    call();
    release(true);
    await pass(2_000, call);
    asked.splice(1);
    await pass(10 * INTERVAL, call);
    expect(asked.filter(({ url }) => url === asked[0]!.url).length).toBeLessThanOrEqual(13);
    expect(asked.length).toBeLessThanOrEqual(25);
  });

  it('follow the policy: other endpoints, another interval, or none at all', async () => {
    const { asked, call, pass, participant } = checked(2);
    call();
    await pass(1_000);
    const [, second] = participant.endpoints;
    call({ ...participant, endpoints: [second!] });
    asked.splice(0);
    await pass(2 * INTERVAL, undefined);
    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set([second!.url]));
    call({ ...participant, loadBalancing: { ...participant.loadBalancing, healthCheck: null } });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leave nothing behind when they are closed, even while one is on its way', async () => {
    let release: (isGood: boolean) => void = () => undefined;
    const { checks, asked, call, pass } = checked(1, () => new Promise((done) => (release = done)));
    call();
    await pass(1_000);
    checks.close();
    release(false);
    await pass(10);
    call();
    await pass(2 * INTERVAL);
    expect(asked).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

interface Checked {
  readonly balancer: Balancer;
  readonly checks: HealthChecks;
  readonly participant: Participant;
  readonly asked: { readonly url: string; readonly at: number }[];
  readonly call: (of?: Participant) => void;
  /** Lets time pass, and calls once a second when asked to. */
  readonly pass: (ms: number, meanwhile?: () => void) => Promise<void>;
}

function checked(count: number, answer: () => boolean | null | Promise<boolean | null> = () => true): Checked {
  const participant = participantAt('', {
    endpoints: endpointsOf(...Array.from({ length: count }, () => 1)).map(({ url }) => ({ url })),
    loadBalancing: { healthCheck: { path: '/health', interval: `${INTERVAL}ms` } },
  });
  const balancer = new Balancer(participant, performance.now());
  const asked: { url: string; at: number }[] = [];
  const checks = new HealthChecks((_, { url }, path) => {
    expect(path).toBe('/health');
    asked.push({ url, at: performance.now() });
    return Promise.resolve(answer());
  });
  let current = participant;
  const call = (of = current): void => {
    if (of !== current) balancer.adopt(of, performance.now());
    current = of;
    checks.asked(balancer, of);
  };
  const pass = async (ms: number, meanwhile?: () => void): Promise<void> => {
    for (let left = ms; left > 0; left -= 1_000) {
      meanwhile?.();
      await jest.advanceTimersByTimeAsync(Math.min(left, 1_000));
    }
  };
  return { balancer, checks, participant, asked, call, pass };
}

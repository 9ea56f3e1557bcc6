import { participantAt } from '../../../test/participants/loopback.js';
import type { Participant } from '../participant.js';
import { Balancers } from './balancers.js';
import { HealthChecks } from './health-checks.js';

const HOUR = 3_600_000;

describe('the balancers of a process', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('are one for each name, whatever version of its policy a call comes with', () => {
    const balancers = new Balancers(new HealthChecks(() => Promise.resolve(true)));
    const balancer = balancers.of(named('stock', 'http://10.0.0.1'));
    expect(balancers.of(named('stock', 'http://10.0.0.1', 'http://10.0.0.2'))).toBe(balancer);
    expect(balancers.snapshot('stock').map(({ url }) => url)).toEqual(['http://10.0.0.1', 'http://10.0.0.2']);
    expect(balancers.of(named('mail', 'http://10.0.0.1'))).not.toBe(balancer);
    expect(balancers.snapshot('unknown')).toEqual([]);
  });

  it('forget who was not called for an hour', () => {
    const balancers = new Balancers(new HealthChecks(() => Promise.resolve(true)));
    const [stock, mail] = [named('stock', 'http://10.0.0.1'), named('mail', 'http://10.0.0.2')];
    const balancer = balancers.of(stock);
    balancers.of(mail);
    jest.advanceTimersByTime(HOUR / 2);
    balancers.of(stock);
    jest.advanceTimersByTime(HOUR / 2);
    balancers.of(named('another', 'http://10.0.0.3'));
    expect(balancers.snapshot('mail')).toEqual([]);
    expect(balancers.snapshot('stock')).toHaveLength(1);
    expect(balancers.of(stock)).toBe(balancer);
  });
});

function named(name: string, ...urls: readonly string[]): Participant {
  return { ...participantAt('', { endpoints: urls }), name };
}

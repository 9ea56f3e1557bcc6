import type { Operation } from '../../../saga/definition.js';
import { DEFAULT_CIRCUIT_BREAKER, type CircuitBreaker } from '../../participant.js';
import { Breaker } from './breaker.js';
import { aged, type BreakerReport } from './breaker-report.js';

const RULES: CircuitBreaker = { ...DEFAULT_CIRCUIT_BREAKER, window: 6_000 };
const LEASE = 10_000;

interface Answer {
  readonly isWell: boolean;
  readonly duration: number;
}

interface Sent {
  readonly at: number;
  readonly process: number;
  readonly operation: Operation;
  readonly isProbe: boolean;
}

/** Processes with a breaker each, sagas that come back to any of them, one lease, and a participant; in virtual time. */
class World {
  now = 0;
  readonly breakers: readonly Breaker[];
  readonly sent: Sent[] = [];
  readonly waits: number[] = [];
  finished = 0;
  private readonly events = new Map<number, (() => void)[]>();
  private readonly told: ({ readonly report: BreakerReport; readonly at: number } | null)[];
  private lease = { holder: -1, until: 0 };
  private seed = 7;

  constructor(
    processes: number,
    private readonly participant: (world: World, process: number) => Answer,
    rules = RULES,
  ) {
    this.breakers = Array.from({ length: processes }, () => new Breaker(rules, 0));
    this.told = this.breakers.map(() => null);
    this.breakers.forEach((_, process) => this.after(process * 230 + 17, () => this.talk(process)));
  }

  after(ms: number, event: () => void): void {
    const at = this.now + Math.max(0, Math.ceil(ms));
    const others = this.events.get(at);
    if (others) others.push(event);
    else this.events.set(at, [event]);
  }

  /** @param perSecond calls that come unasked */
  run(ms: number, perSecond = 0, operation: Operation = 'action'): void {
    const from = this.now;
    for (const end = from + ms; this.now < end; this.now++) {
      const due = (elapsed: number): number => Math.floor((elapsed * perSecond) / 1_000);
      for (let n = due(this.now - from); n < due(this.now - from + 1); n++) this.call(operation);
      // An event may add to those of the same ms.
      for (const event of this.events.get(this.now) ?? []) event();
      this.events.delete(this.now);
    }
  }

  call(operation: Operation, releasedBy: string | null = null, process = this.random(this.breakers.length)): void {
    const breaker = this.breakers[process]!;
    const wait = breaker.hold(operation, releasedBy, this.now) ?? breaker.admit(operation, this.now);
    if (wait !== null) {
      this.waits.push(wait);
      this.after(wait, () => this.call(operation, 'breaker'));
      if (breaker.wantsProbe(this.now)) this.askForLease(process);
      return;
    }
    this.sent.push({ at: this.now, process, operation, isProbe: breaker.report(this.now).state === 'half-open' });
    const { isWell, duration } = this.participant(this, process);
    this.after(duration, () => {
      breaker.ended(isWell ? 'success' : 'failure', duration, this.now);
      if (this.lease.holder === process && breaker.report(this.now).state !== 'half-open') this.lease.until = 0;
      if (isWell) this.finished += 1;
      else this.after(6_000, () => this.call(operation));
    });
  }

  states(): string[] {
    return this.breakers.map((breaker) => breaker.report(this.now).state);
  }

  sentIn(from: number, ms: number): number {
    return this.sent.filter(({ at }) => at >= from && at < from + ms).length;
  }

  private askForLease(process: number): void {
    const breaker = this.breakers[process]!;
    breaker.probeAsked(this.now);
    this.after(3, () => {
      if (this.lease.holder !== process && this.now < this.lease.until) return breaker.probeDenied(this.now, 500);
      this.lease = { holder: process, until: this.now + LEASE };
      breaker.probeGranted(this.now, LEASE);
    });
  }

  private talk(process: number): void {
    const breaker = this.breakers[process]!;
    this.told[process] = { report: breaker.report(this.now), at: this.now };
    const others = this.told.filter((told, other) => told !== null && other !== process);
    breaker.heed(
      others.map((told) => aged(told!.report, this.now - told!.at)),
      this.now,
    );
    this.after(1_000, () => this.talk(process));
  }

  private random(below: number): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.seed / 2 ** 32) * below);
  }
}

/** Most calls in any second from one call on. */
function peak(sent: readonly Sent[], from: number): number {
  const times = sent.filter(({ at }) => at >= from).map(({ at }) => at);
  let most = 0;
  for (let first = 0, last = 0; first < times.length; first++) {
    while (last < times.length && times[last]! < times[first]! + 1_000) last += 1;
    most = Math.max(most, last - first);
  }
  return most;
}

describe('a participant that comes back', () => {
  it.each([1, 4])('is not felled again by 10,000 parked sagas that find %d processes', (processes) => {
    let isAway = false;
    let second = -1;
    let inSecond = 0;
    const world = new World(processes, ({ now }) => {
      if (Math.floor(now / 1_000) !== second) [second, inSecond] = [Math.floor(now / 1_000), 0];
      inSecond += 1;
      // More than it is used to, and it fails.
      return { isWell: !isAway && inSecond <= 230, duration: 20 };
    });
    world.run(20_000, 200);
    isAway = true;
    world.run(50_000, 200);
    expect(new Set(world.states())).toEqual(new Set(['open']));
    const parked = 14_000 - world.finished;
    expect(parked).toBeGreaterThan(9_900);
    isAway = false;
    const back = world.now;
    while (world.states().some((state) => state !== 'closed') && world.now < back + 60_000) world.run(100, 20);
    const closedAt = world.now;
    // It was open for 5, 10, 20 and then 40 s.
    expect(closedAt - back).toBeLessThan(42_000);
    const opened: string[] = [];
    for (let n = 0; n < 900; n++) {
      world.run(100, 20);
      opened.push(...world.states().filter((state) => state !== 'closed'));
    }
    expect(opened).toEqual([]);
    expect(peak(world.sent, closedAt)).toBeLessThanOrEqual(200 * 1.1 + 2 * processes);
    // Slowly at first, and then as fast as it may be.
    expect(world.sentIn(closedAt, 1_000)).toBeLessThan(0.25 * 200);
    expect(world.sentIn(closedAt + 12_000, 10_000)).toBeGreaterThan(0.85 * 2_000);
    expect(world.finished).toBeGreaterThan(4_000 + 10_000);
    // To park costs entries in the journal: most sagas are told once or twice when to come.
    expect(world.waits.length).toBeLessThan(3 * parked);
    expect(Math.min(...world.waits)).toBeGreaterThan(0);
    expect(Math.max(...world.waits)).toBeLessThanOrEqual(180_000);
  });

  it('is probed by one process at a time, with no more calls than the rules say', () => {
    let isAway = false;
    const world = new World(4, () => ({ isWell: !isAway, duration: 50 }));
    world.run(10_000, 100);
    isAway = true;
    for (let n = 0; n < 1_200; n++) {
      world.run(50, 100);
      expect(world.states().filter((state) => state === 'half-open').length).toBeLessThanOrEqual(1);
    }
    const probes = world.sent.filter(({ isProbe }) => isProbe);
    expect(probes.length).toBeGreaterThan(5);
    for (const { at, process } of probes) {
      const others = probes.filter((other) => other.process === process && other.at >= at && other.at < at + 4_000);
      expect(others.length).toBeLessThanOrEqual(5);
    }
    isAway = false;
    const back = world.now;
    while (world.states().some((state) => state !== 'closed') && world.now < back + 90_000) world.run(100, 100);
    expect(world.now - back).toBeLessThan(62_000);
  });

  it('gets the compensations first, and each of them once', () => {
    let isAway = true;
    const world = new World(1, () => ({ isWell: !isAway, duration: 20 }));
    world.run(2_000, 50);
    expect(world.states()).toEqual(['open']);
    isAway = false;
    const from = world.now;
    for (let n = 0; n < 2_000; n++) world.call('action');
    for (let n = 0; n < 40; n++) world.call('compensation');
    world.run(30_000);
    const after = world.sent.filter(({ at }) => at >= from);
    const compensations = after.filter(({ operation }) => operation === 'compensation');
    expect(compensations.length).toBe(40);
    expect(after.slice(0, 5).map(({ operation }) => operation)).toEqual(new Array(5).fill('compensation'));
    const actionsBefore = after.findIndex(({ at }) => at >= compensations[39]!.at);
    expect(actionsBefore).toBeLessThan(70);
  });
});

describe('breakers of four processes', () => {
  it('stay closed in three of them when one sees nothing but failures', () => {
    const world = new World(4, (_, process) => ({ isWell: process !== 0, duration: 20 }));
    let wasOpen = false;
    for (let n = 0; n < 1_200; n++) {
      world.run(100, 100);
      const [bad, ...good] = world.states();
      wasOpen ||= bad === 'open';
      expect(good).toEqual(['closed', 'closed', 'closed']);
    }
    expect(wasOpen).toBe(true);
  });

  it('soon close again in two of them when the other two see nothing but failures', () => {
    // Two witnesses are half of four: the others follow them, and their probes show that they had no need to.
    const world = new World(4, (_, process) => ({ isWell: process > 1, duration: 20 }));
    let openMs = 0;
    for (let n = 0; n < 1_200; n++) {
      world.run(100, 100);
      if (world.states()[3] !== 'closed') openMs += 100;
    }
    expect(openMs).toBeLessThan(20_000);
  });

  it('open in the fourth within one round of reports when three see failures', () => {
    const world = new World(4, (_, process) => ({ isWell: process === 3, duration: 20 }));
    while (world.states().filter((state) => state === 'open').length < 3 && world.now < 60_000) world.run(10, 100);
    world.run(1_100, 100);
    expect(world.breakers[3]!.report(world.now)).toMatchObject({ state: 'open', why: 'quorum' });
  });
});

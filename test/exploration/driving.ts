import type { SagaEvent } from '../../src/saga/events.js';
import type { Fact } from '../../src/saga/facts.js';
import type { Command } from '../../src/saga/next.js';
import type { Reply } from '../../src/saga/reply.js';
import { statusOf } from '../../src/saga/state.js';
import { accepted, failed, refused, rejected, succeeded } from '../saga/story.js';
import type { Move } from './explore.js';
import type { Sagas } from './sagas.js';
import type { Scenario } from './scenario.js';
import { requestKey, spend, type Answer, type Call, type Driver, type World } from './world.js';

const REPLIES: { readonly [answer in Answer]: Reply } = {
  succeeded: succeeded(),
  accepted,
  rejected,
  'in-doubt': failed('in-doubt'),
  'no-effect': failed('none'),
  'held-back': refused(0),
};

/** What a driver does: load, ask the core, send, heed answers, record. A model of `src/engine/driver.ts`, small enough to exhaust. */
export class Driving {
  constructor(
    private readonly scenario: Scenario,
    private readonly sagas: Sagas,
  ) {}

  /** An idle driver takes the saga: by the hint of its start, because nobody else has it, or because nobody seems to. */
  *load(world: World, me: number): Iterable<Move<World>> {
    if (this.sagas.state(world.head).ended) return;
    const isAlone = world.drivers.every((driver) => driver === null);
    const driver: Driver = { knows: world.head, owesEntry: false, calls: [], isOvertaken: false };
    if (world.isFresh && isAlone) {
      yield {
        what: `driver ${me} takes the new saga`,
        isFault: false,
        to: put({ ...world, isFresh: false }, me, driver),
      };
    }
    if (!isAlone && world.left.takeovers === 0) return;
    const owesEntry = this.scenario.reportsTakeover;
    const to = put({ ...world, isFresh: false }, me, { ...driver, owesEntry });
    const what = `driver ${me} takes the saga over`;
    yield { what, isFault: !isAlone, to: isAlone ? to : spend(to, 'takeovers') };
  }

  *drive(world: World, me: number): Iterable<Move<World>> {
    const driver = world.drivers[me]!;
    if (driver.owesEntry) {
      const settled = put(world, me, { ...driver, owesEntry: false });
      yield this.record(settled, me, [{ type: 'taken-over' }], `driver ${me} writes its takeover down`);
    }
    for (const call of driver.calls) {
      if (call.answer === null) continue;
      const { step, operation, attempt, answer } = call;
      const others = { ...driver, calls: driver.calls.filter((other) => other !== call) };
      const event: SagaEvent = { type: 'reply', step, operation, attempt, reply: REPLIES[answer] };
      yield this.record(put(world, me, others), me, [event], `driver ${me} heeds ${requestKey(call)}: ${answer}`);
    }
    const { commands } = this.sagas.plan(driver.knows, world.now);
    if (!driver.owesEntry) for (const command of commands) yield* this.obey(world, me, driver, command);
    if (driver.knows !== world.head) {
      yield { what: `driver ${me} looks at the journal again`, isFault: false, to: this.reload(world, me) };
    }
    if (world.left.crashes > 0) {
      yield { what: `driver ${me} dies`, isFault: true, to: this.leave(spend(world, 'crashes'), me) };
    }
  }

  private *obey(world: World, me: number, driver: Driver, command: Command): Iterable<Move<World>> {
    switch (command.type) {
      case 'tick':
        yield this.record(world, me, [{ type: 'tick' }], `driver ${me}: tick`);
        return;
      case 'settle': {
        const step = command.step.name;
        if (driver.calls.some((call) => call.step === step && call.operation === 'action')) return;
        const event: SagaEvent = { type: 'lost', step, attested: true };
        yield this.record(world, me, [event], `driver ${me}: ${step} was not sent`);
        return;
      }
      case 'call': {
        const { operation, attempt } = command;
        const step = command.step.name;
        if (driver.calls.some((call) => call.step === step && call.operation === operation)) return;
        const send = (answer: Answer | null): World =>
          put(world, me, { ...driver, calls: [...driver.calls, { step, operation, attempt, answer }] });
        const what = `driver ${me} sends ${requestKey({ step, operation, attempt })}`;
        yield { what, isFault: false, to: send(null) };
        const { refusals, holdBacks } = world.left;
        if (refusals > 0) yield { what: `${what}: refused`, isFault: true, to: spend(send('no-effect'), 'refusals') };
        if (holdBacks > 0)
          yield { what: `${what}: held back`, isFault: true, to: spend(send('held-back'), 'holdBacks') };
        return;
      }
      case 'decide':
      case 'choose-child':
      case 'watch-child':
      case 'undo-child':
      case 'watch-parent':
        throw new Error(`${command.type} is not part of these models`);
    }
  }

  /** Decides by what the driver knows and appends; a driver that was fenced looks again, and leaves if another has the saga. */
  private record(world: World, me: number, events: readonly SagaEvent[], what: string): Move<World> {
    const { knows } = world.drivers[me]!;
    const facts = this.sagas.decide(knows, events, world.now);
    if (facts.length === 0) return { what, isFault: false, to: world };
    if (this.scenario.isFenced && knows !== world.head) {
      const reloaded = this.reload(world, me);
      if (reloaded.drivers[me]) return this.record(reloaded, me, events, `${what} (fenced)`);
      return { what: `${what} (fenced, and lets go)`, isFault: false, to: reloaded };
    }
    return this.append(world, facts, what, me);
  }

  /** The next entry of the journal, by a driver or (`null`) by an API process. */
  append(world: World, facts: readonly Fact[], what: string, me: number | null): Move<World> {
    const before = this.sagas.state(world.head);
    const head = this.sagas.append(world.head, facts, world.now);
    const after = this.sagas.state(head);
    const drivers = world.drivers.map((driver, i) => {
      if (!driver) return null;
      if (i === me) return { ...driver, knows: head };
      return me === null && this.scenario.noticesTakeover === 'any-entry'
        ? driver
        : { ...driver, isOvertaken: me !== null };
    });
    const to = { ...world, head, drivers };
    return {
      what: `${what} -> ${facts.map((fact) => ('step' in fact ? `${fact.type} ${fact.step}` : fact.type)).join(', ')}`,
      isFault: false,
      to: after.ended && me !== null ? this.leave(to, me) : to,
      breaks: flawOfEntry(statusOf(before), statusOf(after), before.ended !== null),
    };
  }

  private reload(world: World, me: number): World {
    const driver = world.drivers[me]!;
    if (driver.isOvertaken || this.sagas.state(world.head).ended) return this.leave(world, me);
    return put(world, me, { ...driver, knows: world.head });
  }

  /** The driver is gone; what it has sent is still on its way. */
  private leave(world: World, me: number): World {
    const onTheirWay = world.drivers[me]!.calls.filter(({ answer }) => answer === null);
    return abandon(put(world, me, null), this.scenario.hasLateMessages ? onTheirWay : []);
  }
}

export function put(world: World, me: number, driver: Driver | null): World {
  return { ...world, drivers: world.drivers.map((other, i) => (i === me ? driver : other)) };
}

/** Nobody waits for the answers of these calls any more. */
export function abandon(world: World, calls: readonly Call[]): World {
  if (calls.length === 0) return world;
  const requests = calls.map(({ step, operation, attempt }) => ({ step, operation, attempt }));
  return { ...world, strays: [...world.strays, ...requests] };
}

function flawOfEntry(before: string, after: string, hadEnded: boolean): string | undefined {
  if (hadEnded) return `I7: an entry after the saga was ${before}`;
  if (before === 'compensating' && (after === 'running' || after === 'completed'))
    return `I7: ${before} became ${after}`;
  return undefined;
}

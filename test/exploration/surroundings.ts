import type { SagaEvent } from '../../src/saga/events.js';
import type { SagaOrder } from '../../src/saga/order.js';
import { abandon, put, type Driving } from './driving.js';
import type { Move } from './explore.js';
import { arrivals, finishWork } from './participants.js';
import type { Sagas } from './sagas.js';
import type { Scenario } from './scenario.js';
import { requestKey, spend, type Call, type World } from './world.js';

/** What happens to a saga without its drivers: requests arrive, get lost or come late, clients cancel, time passes. */
export class Surroundings {
  constructor(
    private readonly scenario: Scenario,
    private readonly sagas: Sagas,
    private readonly driving: Driving,
  ) {}

  *moves(world: World): Iterable<Move<World>> {
    for (const [me, driver] of world.drivers.entries()) {
      for (const call of driver?.calls ?? []) yield* this.underWay(world, me, call);
    }
    yield* this.late(world);
    if (this.scenario.budget.acceptances > 0) yield* this.callbacks(world);
    if (world.left.cancels > 0)
      yield this.tell(
        spend(world, 'cancels'),
        { type: 'order', order: { verb: 'cancel' }, reason: '' },
        'a client cancels',
      );
    if (world.left.orders > 0) {
      for (const order of this.scenario.orders) {
        // A fault, although it may help: without it every saga must come to its end, or be stuck, as well.
        yield { ...this.order(spend(world, 'orders'), order), isFault: true };
      }
    }
    if (this.sagas.state(world.head).paused) yield this.order(world, { verb: 'resume' });
    const { wakeAt } = this.sagas.plan(world.head, world.now);
    if (wakeAt !== null) yield { what: `the clock goes to ${wakeAt}`, isFault: false, to: { ...world, now: wakeAt } };
  }

  private order(world: World, order: SagaOrder): Move<World> {
    return this.tell(world, { type: 'order', order, reason: '' }, `an operator orders ${order.verb}`);
  }

  private *underWay(world: World, me: number, call: Call): Iterable<Move<World>> {
    const driver = world.drivers[me]!;
    const answered = (to: World, answer: Call['answer']): World =>
      put(to, me, { ...driver, calls: driver.calls.map((other) => (other === call ? { ...call, answer } : other)) });

    if (call.answer === null) {
      for (const { world: after, answer, breaks } of arrivals(this.scenario, world, call)) {
        const what = `${requestKey(call)} arrives: ${answer}`;
        yield { what, isFault: false, to: answered(after, answer), breaks };
        if (world.left.duplicates === 0) continue;
        const twice = abandon(spend(answered(after, answer), 'duplicates'), [call]);
        yield { what: `${what}, and will come again`, isFault: true, to: twice };
      }
    }
    const canTimeOut = call.answer === null || call.answer === 'succeeded';
    if (canTimeOut && world.left.timeouts > 0) {
      const isOnItsWay = call.answer === null && this.scenario.hasLateMessages;
      const to = abandon(spend(answered(world, 'in-doubt'), 'timeouts'), isOnItsWay ? [call] : []);
      yield { what: `driver ${me} waits in vain for ${requestKey(call)}`, isFault: true, to };
    }
  }

  private *late(world: World): Iterable<Move<World>> {
    for (const request of world.strays) {
      const strays = world.strays.filter((other) => other !== request);
      for (const { world: to, answer, breaks } of arrivals(this.scenario, { ...world, strays }, request)) {
        yield { what: `${requestKey(request)} arrives late: ${answer}`, isFault: true, to, breaks };
      }
    }
  }

  private *callbacks(world: World): Iterable<Move<World>> {
    for (const step of Object.keys(world.work)) {
      const finished = finishWork(world, step);
      if (!finished) continue;
      const event: SagaEvent = {
        type: 'callback',
        step,
        operation: 'action',
        result: { status: 'succeeded', output: null },
      };
      const what = `${step} calls back`;
      yield finished.breaks
        ? { what, isFault: false, to: world, breaks: finished.breaks }
        : this.tell(finished.world, event, what);
      if (world.left.timeouts > 0) {
        yield { what: `${what} in vain`, isFault: true, to: spend(finished.world, 'timeouts') };
      }
    }
  }

  /** An API process decides and appends at the head; when it is fenced it looks again, so that it always gets through. */
  private tell(world: World, event: SagaEvent, what: string): Move<World> {
    const facts = this.sagas.decide(world.head, [event], world.now);
    return facts.length === 0 ? { what, isFault: true, to: world } : this.driving.append(world, facts, what, null);
  }
}

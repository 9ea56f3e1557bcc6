import type { SagaEvent } from '../../../src/saga/events.js';
import type { Parent, SagaStarted } from '../../../src/saga/facts.js';
import { inputChecker } from '../../../src/saga/input-schema.js';
import type { Json } from '../../../src/saga/json.js';
import { next } from '../../../src/saga/next.js';
import { retryPolicyOf } from '../../../src/saga/replies.js';
import { IN_TURN, shuffled, uuidAt, type Chance, type Order } from './chance.js';
import { obey } from './commands.js';
import { CrashPoints } from './crash-points.js';
import type { Household } from './family.js';
import type { Happening } from './happenings.js';
import { Inbox } from './inbox.js';
import { LiveSaga, type Flight, type Outcome } from './live-saga.js';
import { Post } from './post.js';
import { Promises } from './promises.js';
import type { Disturbance, Script } from './script.js';
import type { Stage } from './setup.js';
import { SagaTestSetupError } from './test-errors.js';

/** More turns than this are taken for a saga that would go on for ever. */
const MOST_TURNS = 5_000;

/** When sagas start unless the test says otherwise. */
const START = Date.parse('2026-01-01T00:00:00Z');

/**
 * Drives a saga and its children to their end, in memory and in virtual time: does what the core says, one thing after the
 * other, and when there is nothing left to do at this moment goes on to the next one at which there is.
 */
export class Orchestrator implements Household {
  readonly sagas = new Map<string, LiveSaga>();
  readonly happenings: Happening[] = [];
  readonly post: Post;
  readonly crashPoints: CrashPoints;
  /** Epoch ms, in virtual time. */
  now: number;
  /** It was still busy when the test lost patience. */
  isCutShort = false;
  private readonly startedAt: number;
  private readonly inbox: Inbox;
  private readonly promises: Promises;
  private readonly order: Order;

  constructor(
    private readonly stage: Stage,
    script: Script,
    disturbance: Disturbance,
    private readonly chance: Chance,
  ) {
    const { setup } = stage;
    this.startedAt = this.now = setup.startsAt?.getTime() ?? START;
    this.order = disturbance.order ?? (setup.order === 'shuffled' ? shuffled(() => chance.random()) : IN_TURN);
    this.crashPoints = new CrashPoints(disturbance.crashAt);
    this.inbox = new Inbox(script.messages);
    this.promises = new Promises(script.results, async ({ sagaId, step, operation }, result) => {
      const event = { type: 'callback', step: step.name, operation, result } as const;
      return (await this.heed(this.sagas.get(sagaId)!, event, 'callback')).refused === undefined;
    });
    this.post = new Post(
      stage,
      [...(disturbance.faults ?? []), ...script.faults],
      disturbance.copies ?? 'once',
      (letter) => this.promises.handleFor(letter),
      (call) => this.happenings.push({ type: 'call', call }),
    );
  }

  /** ms since the saga under test was started. */
  get elapsed(): number {
    return this.now - this.startedAt;
  }

  /**
   * Starts the saga under test and drives it as far as it goes.
   * @throws {SagaTestSetupError} if its input is not what the schema wants, or a call goes nowhere
   */
  async run(input: Json): Promise<LiveSaga> {
    const root = this.start(this.newId(), this.stage.library.root.name, input);
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      if (!(await this.takeTurn()) && !this.passTime()) return root;
    }
    this.isCutShort = true;
    return root;
  }

  newId(): string {
    return uuidAt(this.now, () => this.chance.ids());
  }

  start(id: string, name: string, input: Json, parent?: Parent): LiveSaga {
    const definition = this.stage.library.find(name)!;
    const problems = inputChecker(definition)(input);
    if (problems.length > 0) {
      const details = problems.map(({ pointer, detail }) => `${pointer}: ${detail}`);
      throw new SagaTestSetupError(`${name} can't be started with this input:`, details);
    }
    const { version } = definition;
    const fact: SagaStarted = { type: 'saga-started', definition: name, version, input, ...(parent && { parent }) };
    const saga = new LiveSaga(id, definition, fact, this.now, parent ? `saga/${parent.saga}` : 'api');
    this.sagas.set(id, saga);
    this.happenings.push({ type: 'entry', at: this.elapsed, saga: name, entry: saga.entries[0]! });
    this.inbox.expect(saga);
    return saga;
  }

  async heed(saga: LiveSaga, event: SagaEvent, by: string): Promise<Outcome> {
    const outcome = await saga.heed(event, by, {
      now: this.now,
      random: () => this.chance.random(),
      retryPolicy: (step, operation) =>
        retryPolicyOf(step, operation, this.stage.policies.get(step.participant)?.[operation]),
    });
    const { entry, refused } = outcome;
    const { name } = saga.definition;
    if (entry) {
      this.happenings.push({ type: 'entry', at: this.elapsed, saga: name, entry });
      this.crashPoints.pass(`after entry ${entry.seq} of ${name}`);
    }
    if (refused) {
      const what = event.type === 'order' ? event.order.verb : event.type;
      this.happenings.push({ type: 'refusal', at: this.elapsed, saga: name, event: what, refused });
    }
    return outcome;
  }

  /** Does one thing that can be done now; `false` if there is none. */
  private async takeTurn(): Promise<boolean> {
    if (this.crashPoints.takeCrash()) return this.crash();
    const message = this.inbox.take(this.now);
    if (message) {
      await this.heed(message.saga, message.event, 'api');
      return true;
    }
    return (await this.promises.keepOne(this.now)) || (await this.moveOne()) || (await this.carryOne());
  }

  /** Does what the core says of all sagas, until one of them has moved. */
  private async moveOne(): Promise<boolean> {
    for (const saga of this.sagas.values()) {
      for (const command of next(saga.state, this.now).commands) {
        const event = await obey(this, saga, command);
        if (event && (await this.heed(saga, event, 'engine')).entry) return true;
      }
    }
    return false;
  }

  /** Brings one call to its participant, or one answer back. */
  private async carryOne(): Promise<boolean> {
    const ready = [...this.sagas.values()].flatMap((saga) =>
      [...saga.flights.values()].filter(({ due }) => due <= this.now).map((flight) => ({ saga, flight })),
    );
    if (ready.length === 0) return false;
    const { saga, flight } = ready[ready.length === 1 ? 0 : this.order.pick(ready.length)]!;
    const reply = flight.reply ?? (await this.deliver(flight));
    if (!reply) return true;
    const { step, operation, attempt } = flight.letter;
    saga.flights.delete(`${operation}/${step.name}`);
    await this.heed(saga, { type: 'reply', step: step.name, operation, attempt, reply }, 'engine');
    if (reply.kind === 'accepted') this.promises.promise(flight.letter, this.now);
    return true;
  }

  /** @returns `null` while the reply is still to come, and when nobody is left to hear it */
  private async deliver(flight: Flight): Promise<Flight['reply']> {
    const { letter } = flight;
    const what = `${letter.operation} ${letter.step.name} #${letter.attempt}`;
    if (this.crashPoints.pass(`before ${what} is sent`)) return null;
    const { reply, wait } = await this.post.deliver(letter, this.now, this.elapsed);
    flight.reply = reply;
    flight.due = this.now + wait;
    const isOver = this.crashPoints.pass(`before the end of ${what} is recorded`);
    return isOver || wait > 0 ? null : reply;
  }

  /** The orchestrator dies, and another one takes the sagas over with nothing but their journals. */
  private async crash(): Promise<boolean> {
    this.happenings.push({ type: 'crash', at: this.elapsed });
    for (const saga of this.sagas.values()) {
      saga.forget();
      const isDriven = next(saga.state, this.now).commands.length > 0;
      if (isDriven) await this.heed(saga, { type: 'taken-over' }, 'engine');
    }
    return true;
  }

  /** Goes on to the next moment at which there is something to do; `false` if there is none. */
  private passTime(): boolean {
    const sagas = [...this.sagas.values()];
    if (sagas.every(({ state }) => state.ended)) return false;
    const dues = [
      ...sagas.flatMap(({ state }) => next(state, this.now).wakeAt ?? []),
      ...sagas.flatMap(({ flights }) => [...flights.values()].map(({ due }) => due)),
      ...this.inbox.dues(),
      ...this.promises.dues(),
    ].filter((due) => due > this.now);
    if (dues.length === 0) return false;
    this.now = Math.min(...dues);
    return true;
  }
}

import { milliseconds, type Duration } from '../duration.js';
import type { Json } from '../json.js';
import { cancelled, down, promised, signalled, trouble, type Act } from './acts.js';
import { crashEverywhere } from './explorations/crashes.js';
import type { Explored } from './explorations/explored.js';
import { failEverywhere } from './explorations/failures.js';
import { arriveLate } from './explorations/latecomers.js';
import { tryEveryOrder } from './explorations/orders.js';
import { repeatEverything } from './explorations/repeats.js';
import type { Play } from './rehearsal.js';
import type { Run } from './run.js';

/** When something happens. */
export interface Moment {
  /** How long after the start of the saga that it happens to, in virtual time. Default: at once. */
  readonly after?: Duration;
}

/** How often something goes wrong. */
export interface Times {
  /** The first so many attempts. Default: all of them. */
  readonly times?: number;
}

/**
 * A saga that has been given its input. Each `when…` adds something that happens and returns a new scenario, so that
 * scenarios can share their beginning; each `expect…` runs it. Steps are named as in the definition; those of a child
 * saga as `child/step`.
 */
export class Scenario {
  /** @internal */
  constructor(private readonly play: Play) {}

  /**
   * The step's participant can't be reached. That is known to have had no effect, so when the attempts are used up the
   * step has failed and is not undone.
   */
  whenStepFails(step: string, { times = Infinity }: Times = {}): Scenario {
    return this.when(trouble(step, 'action', times, { kind: 'unreachable' }));
  }

  /** The participant says no (409): nothing took effect, and the saga turns back. */
  whenStepRejects(step: string, { message = 'rejected by the test' }: { readonly message?: string } = {}): Scenario {
    return this.when(trouble(step, 'action', Infinity, { kind: 'answered', status: 409, detail: message }));
  }

  /**
   * No answer comes in time, so nobody knows whether the step took effect. When the attempts are used up it is undone too.
   * `butTakesEffect`: the participant gets the calls, and only its answers are lost. Default: it gets none.
   */
  whenStepTimesOut(
    step: string,
    { times = Infinity, butTakesEffect = false }: Times & { readonly butTakesEffect?: boolean } = {},
  ): Scenario {
    return this.when(trouble(step, 'action', times, { kind: 'silent', takesEffect: butTakesEffect }));
  }

  /** The compensation of this step is answered by a 500, and so repeated until the saga is stuck, or it works. */
  whenCompensationFails(step: string, { times = Infinity }: Times = {}): Scenario {
    return this.when(
      trouble(step, 'compensation', times, { kind: 'answered', status: 500, detail: 'failed by the test' }),
    );
  }

  /** The participant says that it can't undo this step (409): the saga is stuck. */
  whenCompensationRejects(
    step: string,
    { message = 'rejected by the test' }: { readonly message?: string } = {},
  ): Scenario {
    return this.when(trouble(step, 'compensation', Infinity, { kind: 'answered', status: 409, detail: message }));
  }

  /**
   * Nobody listens at this participant.
   * @param options.for default: for ever
   */
  whenParticipantIsDown(name: string, options: Moment & { readonly for?: Duration } = {}): Scenario {
    const from = milliseconds(options.after ?? 0);
    return this.when(down(name, from, options.for === undefined ? Infinity : from + milliseconds(options.for)));
  }

  /** Somebody sends a signal to the saga, or to the child that waits for it. */
  whenSignalled(signal: string, payload: Json = null, { after = 0 }: Moment = {}): Scenario {
    return this.when(signalled(signal, payload, milliseconds(after)));
  }

  /** Somebody cancels the saga. */
  whenCancelled({ after = 0, reason = 'cancelled by the test' }: Moment & { readonly reason?: string } = {}): Scenario {
    return this.when(cancelled(reason, milliseconds(after)));
  }

  /**
   * The participant has accepted the step (202), and tells later that it is done. Without this or
   * {@link whenCallbackRejects} the result of a 202 is told by its handler, if that asks for `call.callback()`, and else
   * is `null` after a second.
   * `after`: since the 202. Default: a second.
   */
  whenCallback(step: string, output: Json = null, { after = '1s' }: Moment = {}): Scenario {
    return this.when(promised(step, { status: 'succeeded', output }, milliseconds(after)));
  }

  /** Like {@link whenCallback}, but what is told is a no. */
  whenCallbackRejects(step: string, reason = 'rejected by the test', { after = '1s' }: Moment = {}): Scenario {
    return this.when(promised(step, { status: 'rejected', reason }, milliseconds(after)));
  }

  /** The participant accepts the step (202), and is never heard of again. */
  whenCallbackNeverComes(step: string): Scenario {
    return this.when(promised(step, null, 0));
  }

  /**
   * Runs the saga until it has ended, or can't go on before something comes from outside.
   * @throws {SagaTestSetupError} if the input fails its schema, or a call goes nowhere
   */
  async run(): Promise<Run> {
    const { run } = await this.play.rehearse();
    return run;
  }

  /** Runs the saga; see {@link Run.expectCompleted}. */
  async expectCompleted(output?: unknown): Promise<Run> {
    return (await this.run()).expectCompleted(output);
  }

  /** Runs the saga; see {@link Run.expectCompensated}. */
  async expectCompensated(steps?: readonly string[]): Promise<Run> {
    return (await this.run()).expectCompensated(steps);
  }

  /** Runs the saga; see {@link Run.expectStuck}. */
  async expectStuck(step?: string): Promise<Run> {
    return (await this.run()).expectStuck(step);
  }

  /** Runs the saga; see {@link Run.expectUnfinished}. */
  async expectUnfinished(): Promise<Run> {
    return (await this.run()).expectUnfinished();
  }

  /**
   * Runs the saga again and again, and each time lets the orchestrator die at another point: before a call, before its
   * answer is recorded, after an entry of the journal. The one that takes over knows nothing but the journal, and sends
   * again what may have been lost. Expects the same end and the same effects, and that participants answer a repeated
   * call as they answered the first.
   */
  crashAfterEveryStep(): Promise<Explored> {
    return crashEverywhere(this.play);
  }

  /** Delivers each call twice, one after the other and then both at once. Expects what {@link crashAfterEveryStep} does. */
  deliverEverythingTwice(): Promise<Explored> {
    return repeatEverything(this.play);
  }

  /**
   * For each step that can be undone: its action is lost, or its answer is; the saga turns back; and when the step has been
   * compensated, its action arrives after all. Expects that it takes no effect any more, which needs a barrier. Steps of
   * participants that are `{}` are left out.
   */
  deliverLate(): Promise<Explored> {
    return arriveLate(this.play);
  }

  /**
   * Lets each step fail in each way that the saga must be able to deal with. Expects it to end compensated with nothing left
   * in force, or completed; never stuck.
   */
  failEveryStepInTurn(): Promise<Explored> {
    return failEverywhere(this.play);
  }

  /**
   * Runs the saga in every order in which its parallel calls can be carried out. Expects the same end and the same effects.
   * `atMost`: more orders than this are refused. Default 1000.
   */
  everyOrder({ atMost = 1_000 }: { readonly atMost?: number } = {}): Promise<Explored> {
    return tryEveryOrder(this.play, atMost);
  }

  private when(act: Act): Scenario {
    return new Scenario(this.play.with(act));
  }
}

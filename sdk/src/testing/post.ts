import { isDeepStrictEqual } from 'node:util';
import { verdictOn } from '../../../src/saga/answer-table.js';
import type { Operation } from '../../../src/saga/definition.js';
import type { Json } from '../../../src/saga/json.js';
import type { Reply } from '../../../src/saga/reply.js';
import { stepError } from '../../../src/saga/step-error.js';
import type { Callback } from '../participant/callback.js';
import { replyIn } from './answers.js';
import type { Fault } from './faults.js';
import { requestOf, type Letter } from './letters.js';
import type { TestAnswer } from './participants.js';
import { missingHandler, type Stage } from './setup.js';
import { SagaTestSetupError } from './test-errors.js';

/** One call of a participant, as the test saw it. */
export interface RecordedCall {
  /** When it was sent: ms since the saga under test was started, in virtual time. */
  readonly at: number;
  readonly sagaId: string;
  /** Name of the saga's definition. */
  readonly definition: string;
  readonly step: string;
  readonly operation: Operation;
  /** 1, 2, 3 … */
  readonly attempt: number;
  readonly participant: string;
  readonly method: string;
  readonly path: string;
  readonly body: Json;
  /** What the participant answered; `null` if the call never reached it. */
  readonly answer: { readonly status: number; readonly body: Json | undefined } | null;
  /** What the test did to the call. */
  readonly note?: string;
}

/** Total time of an attempt if neither the step nor its participant's policy says, in ms. */
const TIMEOUT = 5_000;

/** How often each call reaches its participant. */
export type Copies = 'once' | 'twice' | 'twice-at-once';

/** What became of a call, and how long the saga waits for that, in ms. */
export interface Delivery {
  readonly reply: Reply;
  readonly wait: number;
}

/** Brings calls to participants, or lets them meet the faults of the test. */
export class Post {
  /** Participants that did not say to a repeated call what they had said to the first: one sentence each. */
  readonly contradictions: string[] = [];
  /** Every one that was to be delivered, in order. */
  readonly letters: Letter[] = [];
  private readonly firstAnswers = new Map<string, TestAnswer>();

  constructor(
    private readonly stage: Stage,
    private readonly faults: readonly Fault[],
    private readonly copies: Copies,
    private readonly callbackFor: (letter: Letter) => Callback,
    private readonly record: (call: RecordedCall) => void,
  ) {}

  /**
   * @param now epoch ms, in virtual time
   * @param elapsed ms since the saga under test was started
   */
  async deliver(letter: Letter, now: number, elapsed: number): Promise<Delivery> {
    this.letters.push(letter);
    const fault = this.faults.find((each) => each.hits(letter, elapsed));
    const { operation } = letter;
    switch (fault?.blow.kind) {
      case undefined: {
        const answer = await this.reach(letter, elapsed);
        return { reply: replyIn(operation, answer, now), wait: 0 };
      }
      case 'unreachable': {
        this.note(letter, elapsed, null, 'connection refused');
        const error = stepError('connection-refused', `${letter.step.participant}: connection refused`);
        return { reply: { kind: 'failed', effect: 'none', error }, wait: 0 };
      }
      case 'silent': {
        if (fault.blow.takesEffect) await this.reach(letter, elapsed, 'the answer is lost');
        else this.note(letter, elapsed, null, 'the call is lost');
        const error = stepError('timeout', `${letter.step.participant}: no whole answer in time`);
        return { reply: { kind: 'failed', effect: 'in-doubt', error }, wait: this.timeoutOf(letter) };
      }
      case 'answered': {
        const { status, detail } = fault.blow;
        const answer = { status, headers: {}, body: { status, detail } };
        this.note(letter, elapsed, answer, 'said by the test');
        return { reply: replyIn(operation, answer, now), wait: 0 };
      }
    }
  }

  /** Brings a call to its participant, whatever the faults of the test, and as often as each call comes in this run. */
  async reach(letter: Letter, elapsed: number, note?: string): Promise<TestAnswer> {
    if (this.copies === 'twice-at-once') {
      const [answer, other] = await Promise.all([this.enter(letter), this.enter(letter)]);
      this.heed(letter, elapsed, answer, note);
      this.heed(letter, elapsed, other, 'a copy of the call, at the same time');
      return answer;
    }
    const answer = await this.enter(letter);
    this.heed(letter, elapsed, answer, note);
    if (this.copies === 'twice') this.heed(letter, elapsed, await this.enter(letter), 'the call once more');
    return answer;
  }

  /** The answer that settled the operation for its participant; `undefined` if there was none. */
  firstAnswer({ key }: Letter): TestAnswer | undefined {
    return this.firstAnswers.get(key);
  }

  private async enter(letter: Letter): Promise<TestAnswer> {
    const { participant } = letter.step;
    const door = this.stage.doors.get(participant)!;
    if (!door.knows(letter.path)) {
      const problem = `${letter.definition}/${letter.step.name}: ${missingHandler(participant, door, letter.path)}`;
      throw new SagaTestSetupError('a call goes nowhere:', [problem]);
    }
    const secret = this.stage.setup.secrets?.[participant];
    return door.enter(requestOf(letter, this.timeoutOf(letter), secret, () => this.callbackFor(letter)));
  }

  /** Total time of an attempt, in ms. */
  private timeoutOf({ step }: Letter): number {
    return step.timeout ?? this.stage.policies.get(step.participant)?.timeout ?? TIMEOUT;
  }

  private heed(letter: Letter, elapsed: number, answer: TestAnswer, note?: string): void {
    this.note(letter, elapsed, answer, note);
    const first = this.firstAnswers.get(letter.key);
    if (!first) {
      if (isFinal(verdictOn(letter.operation, answer.status))) this.firstAnswers.set(letter.key, answer);
    } else if (contradicts(letter.operation, first, answer)) {
      this.contradictions.push(
        `${letter.step.participant} answered ${inShort(first)} to ${letter.operation} ${letter.step.name}, and ${inShort(answer)} to the same call when it came again`,
      );
    }
  }

  private note(letter: Letter, at: number, answer: TestAnswer | null, note?: string): void {
    const { sagaId, definition, step, operation, attempt, method, path, body } = letter;
    this.record({
      at,
      sagaId,
      definition,
      step: step.name,
      operation,
      attempt,
      participant: step.participant,
      method,
      path,
      body,
      answer: answer && { status: answer.status, body: answer.body },
      ...(note !== undefined && { note }),
    });
  }
}

/** After such an answer the operation is settled, whatever may follow. */
function isFinal(verdict: ReturnType<typeof verdictOn>): boolean {
  return verdict === 'succeeded' || verdict === 'accepted' || verdict === 'rejected';
}

/** Whether a participant takes back by its second answer what it had said by its first. */
function contradicts(operation: Operation, first: TestAnswer, second: TestAnswer): boolean {
  const before = verdictOn(operation, first.status);
  const after = verdictOn(operation, second.status);
  if (!isFinal(after)) return false;
  if (before === 'accepted') return after === 'rejected';
  if (before !== after) return true;
  const areSpoken = first.status < 300 && second.status < 300;
  return before === 'succeeded' && areSpoken && !isDeepStrictEqual(first.body, second.body);
}

function inShort({ status, body }: TestAnswer): string {
  return `${status} ${JSON.stringify(body)}`;
}

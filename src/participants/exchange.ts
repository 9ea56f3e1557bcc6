import type { Dispatcher } from 'undici';
import type { Answer, AnswerHeaders } from './answer.js';
import { AttemptTimedOut, type Fault } from './faults.js';
import type { Timed, Timer, TimerWheel } from './timer-wheel.js';

/** Enough of a refusal to find its message in. */
const LONGEST_REFUSAL = 65_536;

/** Already settled while it waited for a connection: not to be sent any more. */
const TOO_LATE = new Error('the call was given up before it was sent');

/**
 * One request and its answer, as undici's handler. Settles exactly once: with the answer, or with a fault;
 * whatever undici says after that is of no interest.
 */
export class Exchange implements Dispatcher.DispatchHandler, Timed {
  private readonly timer: Timer;
  private readonly sendBefore: number;
  private controller: Dispatcher.DispatchController | null = null;
  private isSettled = false;
  private status = 0;
  private headers: AnswerHeaders = {};
  private chunks: Buffer[] = [];
  private length = 0;
  private limit: number;

  /**
   * @param timeout ms for everything: a connection (half of it at most), sending, the whole answer
   * @param maxBytes longest body of a success
   */
  constructor(
    private readonly wheel: TimerWheel,
    timeout: number,
    maxBytes: number,
    private readonly settle: (end: Answer | Fault) => void,
  ) {
    this.limit = maxBytes;
    this.sendBefore = performance.now() + timeout / 2;
    this.timer = wheel.start(this, timeout);
  }

  /** Called when a connection is ready and the request is about to be written to it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // With most of the time gone, an answer could hardly come in time: better not to have asked than to be in doubt.
    if (performance.now() > this.sendBefore) this.end({ error: new AttemptTimedOut(), wasSent: false });
    // To throw here is the way to take a request back without harm to the connection.
    if (this.isSettled) throw TOO_LATE;
    this.controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (this.isSettled) return;
    // Of an interim answer (1xx) nothing is left once the real one has come.
    this.status = status;
    this.headers = headers;
    if (status >= 300) this.limit = Math.min(this.limit, LONGEST_REFUSAL);
    else if (Number(headers['content-length']) > this.limit) this.cut();
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isSettled) return;
    this.length += chunk.length;
    this.chunks.push(chunk);
    if (this.length > this.limit) this.cut();
  }

  onResponseEnd(): void {
    this.end(this.answer(false));
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.end({ error, wasSent: this.controller !== null });
  }

  /** The time of the attempt is over. */
  expire(): void {
    const error = new AttemptTimedOut();
    this.end({ error, wasSent: this.controller !== null });
    this.controller?.abort(error);
  }

  /** No more is read of a body that is too long. */
  private cut(): void {
    this.end(this.answer(true));
    this.controller?.abort(new Error('the answer is too long'));
  }

  private answer(isCut: boolean): Answer {
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks);
    return { status: this.status, headers: this.headers, body, isCut };
  }

  private end(end: Answer | Fault): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.chunks = [];
    this.wheel.cancel(this.timer);
    this.settle(end);
  }
}

import type { CallbackResult } from '../../../src/saga/events.js';
import type { Callback } from '../participant/callback.js';
import type { Json } from '../json.js';
import type { Letter } from './letters.js';
import type { PromisedResult } from './script.js';

/** How long it takes until an accepted operation is done if the test doesn't say, in ms. */
const WORK = 1_000;

/** @returns whether anybody waited for it */
type Tell = (letter: Letter, result: CallbackResult) => Promise<boolean>;

/** Operations that were accepted with a 202, and the results that are to come. */
export class Promises {
  private pending: { readonly due: number; readonly letter: Letter; readonly result: CallbackResult }[] = [];
  /** Operations whose handler has asked for its handle, and tells the result itself. */
  private readonly inOtherHands = new Set<string>();

  constructor(
    private readonly script: readonly PromisedResult[],
    private readonly tell: Tell,
  ) {}

  /** For the handler of an operation. */
  handleFor(letter: Letter): Callback {
    this.inOtherHands.add(letter.key);
    return {
      url: letter.callbackUrl,
      succeed: (output) => this.tell(letter, { status: 'succeeded', output: plain(output) }),
      reject: (reason) => this.tell(letter, { status: 'rejected', reason }),
    };
  }

  /** The participant has accepted: the result will come as the test says, or as its handler does, or in a second. */
  promise(letter: Letter, now: number): void {
    const scripted = this.script.find(
      ({ definition, step }) =>
        letter.operation === 'action' && letter.definition === definition && letter.step.name === step.name,
    );
    if (!scripted && this.inOtherHands.has(letter.key)) return;
    const { result, after } = scripted ?? { result: { status: 'succeeded', output: null }, after: WORK };
    if (result) this.pending.push({ due: now + after, letter, result });
  }

  /** Tells one result whose time has come; `false` if there is none. */
  async keepOne(now: number): Promise<boolean> {
    const kept = this.pending.find(({ due }) => due <= now);
    if (!kept) return false;
    this.pending = this.pending.filter((other) => other !== kept);
    await this.tell(kept.letter, kept.result);
    return true;
  }

  /** When there is a result to tell: epoch ms. */
  dues(): number[] {
    return this.pending.map(({ due }) => due);
  }
}

/** As it would be after its way over the network. */
function plain(output: unknown): Json {
  return JSON.parse(JSON.stringify(output ?? null)) as Json;
}

/** What was taken of a caller's window, which all processes share. */
export interface Taken {
  /** Requests that may be made with it. */
  readonly granted: number;
  /** What is left for all others. */
  readonly left: number;
  /** In ms. */
  readonly endsInMs: number;
}

/** Takes up to `want` requests of a caller's window. */
export type TakeRequests = (caller: string, want: number) => Promise<Taken>;

/** How a caller stands after a request. */
export interface Standing {
  readonly isAllowed: boolean;
  /** Requests that are left in this window, as far as this process knows. */
  readonly remaining: number;
  /** Until the window ends, in ms. */
  readonly endsInMs: number;
}

/** A window is taken in so many parts, so that a hundred requests cost one look at what all processes share. */
const PARTS = 100;
const LARGEST_BLOCK = 1_000;

/** Callers that are remembered at once. Who is forgotten takes a new block, and nothing else happens. */
const MOST_CALLERS = 10_000;

/** In ms. */
const MOMENT = 20;

interface Block {
  here: number;
  left: number;
  endsAt: number;
  /** Nobody has more to give in this window. */
  isUsedUp: boolean;
  /** One take at a time: who comes meanwhile waits for it too. */
  taking: Promise<void> | null;
}

/**
 * What each caller may still ask in the current window. Requests are taken from what all processes share in blocks and
 * counted here, so that most of them cost a subtraction. A block that is not used up is lost with its window, so a caller
 * who is spread over many processes may be stopped a little early, and never gets more than the limit.
 */
export class Allowances {
  private readonly blocks = new Map<string, Block>();
  private readonly size: number;

  /**
   * @param limit requests in one window
   * @param now monotonic, in ms
   */
  constructor(
    readonly limit: number,
    private readonly take: TakeRequests,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.size = Math.min(LARGEST_BLOCK, Math.max(1, Math.floor(limit / PARTS)));
  }

  /** Counts one request. Not a promise in most cases: then nothing waits. */
  count(caller: string): Standing | Promise<Standing> {
    return this.countHere(caller) ?? this.countAfterTaking(caller);
  }

  /** `null`: more has to be taken first. */
  private countHere(caller: string): Standing | null {
    const block = this.blocks.get(caller);
    const endsInMs = (block?.endsAt ?? 0) - this.now();
    if (!block || endsInMs <= 0) return null;
    if (block.here > 0) {
      block.here--;
      return { isAllowed: true, remaining: block.here + block.left, endsInMs };
    }
    return block.isUsedUp ? { isAllowed: false, remaining: 0, endsInMs } : null;
  }

  private async countAfterTaking(caller: string): Promise<Standing> {
    for (;;) {
      const block = this.blockOf(caller);
      await (block.taking ??= this.refill(caller, block).finally(() => (block.taking = null)));
      const standing = this.countHere(caller);
      if (standing) return standing;
    }
  }

  private blockOf(caller: string): Block {
    const known = this.blocks.get(caller);
    if (known) return known;
    if (this.blocks.size >= MOST_CALLERS) this.blocks.delete(this.blocks.keys().next().value!);
    const block = { here: 0, left: 0, endsAt: 0, isUsedUp: false, taking: null };
    this.blocks.set(caller, block);
    return block;
  }

  private async refill(caller: string, block: Block): Promise<void> {
    const { granted, left, endsInMs } = await this.take(caller, this.size);
    block.here = granted;
    block.left = left;
    block.isUsedUp = granted < this.size || left === 0;
    // What was granted at the very end of a window is still good for a moment.
    block.endsAt = this.now() + Math.max(endsInMs, MOMENT);
  }
}

import { randomUUID } from 'node:crypto';
import type { SagaStarter } from '../../src/outbox/delivery.js';

type Options = Parameters<SagaStarter['sagas']['start']>[2];

/** A saga that was started, and how. */
export interface StartedSaga {
  readonly id: string;
  readonly definition: string;
  readonly input: unknown;
  readonly options: Omit<Options, 'signal'>;
}

/** One request to start a saga. */
export interface Request {
  readonly definition: string;
  readonly input: unknown;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** What happens to a request on its way; each may throw, or take its time. */
export interface Fate {
  /** Before Skald has done anything. */
  before?(request: Request): unknown;
  /** After Skald has acted, instead of its answer. */
  after?(request: Request): unknown;
}

/**
 * What Skald does for a relay, without HTTP: the same key gives the same saga, until keys are forgotten. It keeps a
 * ledger of all sagas, which is what tests judge by.
 */
export class LedgerOfSkald implements SagaStarter {
  readonly sagasStarted: StartedSaga[] = [];
  readonly requests: Request[] = [];
  /** Most requests at once. */
  busiest = 0;
  private busy = 0;
  private readonly known = new Map<string, string>();

  constructor(private readonly fate: Fate = {}) {}

  readonly sagas: SagaStarter['sagas'] = {
    start: async (definition, input, { signal, ...options }) => {
      const request = { definition, input, key: options.idempotencyKey, signal };
      this.requests.push(request);
      this.busiest = Math.max(this.busiest, ++this.busy);
      try {
        await this.fate.before?.(request);
        const id = this.known.get(request.key) ?? randomUUID();
        if (!this.known.has(request.key)) this.sagasStarted.push({ id, definition, input, options });
        this.known.set(request.key, id);
        await this.fate.after?.(request);
        return { id };
      } finally {
        this.busy--;
      }
    },
    list: async function* (
      this: LedgerOfSkald,
      filter: { businessKey: string; tags: Readonly<Record<string, string>> },
    ) {
      const isMeant = ({ options: { businessKey, tags } }: StartedSaga): boolean =>
        businessKey === filter.businessKey && Object.entries(filter.tags).every(([name, tag]) => tags[name] === tag);
      yield* await Promise.resolve(this.sagasStarted.filter(isMeant));
    }.bind(this),
  };

  /** As the real one does after a day or more. */
  forgetKeys(): void {
    this.known.clear();
  }

  /** The inputs of all sagas, of which each is there as often as it was started. */
  get inputs(): unknown[] {
    return this.sagasStarted.map(({ input }) => input);
  }
}

/** Skald says no. */
export function no(status: number, code: string, detail = 'because'): Error {
  return Object.assign(new Error(detail), { status, code, detail });
}

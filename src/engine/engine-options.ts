/** What the engine needs to know of its surroundings. Times in ms. */
export class EngineOptions {
  /** How long a saga belongs to the process that drives it without a sign of life. */
  readonly lease: number;
  readonly sweepInterval: number;
  /** Sagas driven at once by this process. */
  readonly maxInFlight: number;
  readonly drainTimeout: number;
  /** Base of the callback URLs, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether this process drives sagas, or only accepts them. */
  readonly drives: boolean;
  /** How long finished sagas are kept; `null`: for ever. */
  readonly retention: number | null;
  /** Name of this process in the journal. */
  readonly node: string;
  /** How long a saga is left alone whose driver broke. Default 2 s. */
  readonly breather: number;

  constructor(options: Omit<EngineOptions, 'breather'> & { readonly breather?: number }) {
    this.lease = options.lease;
    this.sweepInterval = options.sweepInterval;
    this.maxInFlight = options.maxInFlight;
    this.drainTimeout = options.drainTimeout;
    this.publicUrl = options.publicUrl;
    this.drives = options.drives;
    this.retention = options.retention;
    this.node = options.node;
    this.breather = options.breather ?? 2_000;
  }
}

/** A wait no longer than this is sat out with the saga in memory; a longer one parks it. In ms. */
export const MOMENT = 250;

/** A hint younger than this needs no claim: no lease can have run out since it was given. As a share of the lease. */
export const FRESH_SHARE = 0.4;

/** A saga whose driver broke this often without a step forward is set aside for an operator. */
export const MAX_RECOVERIES = 10;

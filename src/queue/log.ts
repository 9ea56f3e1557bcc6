/** What this folder asks of a logger; pino fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A service that fails and recovers by the second fills no log: it is spoken of once in this time, in ms. */
const SAY_AT_MOST_EVERY = 60_000;

/** Says once that something is away and once that it is back, however many errors arrive in between. */
export class OutageLog {
  private since: number | null = null;
  private saidAt = -Infinity;
  private said = false;

  constructor(
    private readonly log: Log,
    private readonly what: string,
  ) {}

  failed(err: unknown): void {
    const now = Date.now();
    this.since ??= now;
    if (this.said || now - this.saidAt < SAY_AT_MOST_EVERY) return;
    this.said = true;
    this.saidAt = now;
    this.log.warn({ err }, `${this.what} is away or fails; sagas go on from Postgres and are found by the sweep`);
  }

  recovered(): void {
    if (this.since === null) return;
    if (this.said) this.log.info({ awayMs: Date.now() - this.since }, `${this.what} is back`);
    this.since = null;
    this.said = false;
  }
}

/** Whether BullMQ says that a job is not what it was: the queue was wiped, or the job's lock ran out. */
export function isVanishedJob(err: Error): boolean {
  return typeof (err as { code?: unknown }).code === 'number';
}

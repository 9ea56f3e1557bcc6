/** What this folder asks of a logger; pino fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Says once that something is away and once that it is back, however many errors arrive in between. */
export class OutageLog {
  private since: number | null = null;

  constructor(
    private readonly log: Log,
    private readonly what: string,
  ) {}

  failed(err: unknown): void {
    if (this.since !== null) return;
    this.since = Date.now();
    this.log.warn({ err }, `${this.what} is away; sagas go on from Postgres and are found by the sweep`);
  }

  recovered(): void {
    if (this.since === null) return;
    this.log.info({ awayMs: Date.now() - this.since }, `${this.what} is back`);
    this.since = null;
  }
}

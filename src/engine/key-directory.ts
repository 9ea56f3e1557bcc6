import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKeys, StoredKey } from '../store/api-keys.js';
import type { EngineLog } from './engine-log.js';

/** How often changes made through other processes are looked for, in ms: half of the two seconds that are promised. */
const INTERVAL = 1_000;
/** Looks are never nearer to each other, however many unknown keys are tried. In ms. */
const BREATH = 100;
/** While Postgres is away, what was known goes on counting for this long, in ms; a revocation may have been missed. */
const TRUSTED_FOR = 300_000;
/** A key's use is written down once in this time, in ms. */
const USES_INTERVAL = 60_000;

/**
 * All stored keys, in memory; follows the table within two seconds. A request costs no query: only for a key
 * that is not known is the table looked at, once for all that wait, and not more often than every 100 ms.
 */
export class KeyDirectory {
  private readonly known = new Map<string, StoredKey>();
  private revision = 0;
  private trustedUntil = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private isFailing = false;
  private lookedAt = -Infinity;
  /** The look that is under way, or the last one. Never rejects. */
  private current: Promise<unknown> = Promise.resolve();
  /** The one after it, for those who came since it began. */
  private upcoming: Promise<void> | null = null;
  /** Uses that are not written down yet; and when those that are were written, both by key. Database clock, ms. */
  private readonly uses = new Map<string, number>();
  private readonly written = new Map<string, number>();

  constructor(
    private readonly keys: Pick<ApiKeys, 'changedSince' | 'noteUses'>,
    private readonly now: () => number,
    private readonly log: EngineLog,
    private readonly interval = INTERVAL,
  ) {}

  /**
   * No key was ever stored. When one was, it stays that way after the last one is revoked or over: otherwise a key that
   * expires would open the server to everybody.
   */
  get isEmpty(): boolean {
    return this.revision === 0;
  }

  /**
   * A key, be it revoked: whether it counts is the caller's question. `null`: there is none with this id. While Postgres is
   * away, throws `StoreUnavailable` for a key that is not known, and after five minutes for all of them.
   */
  async find(id: string): Promise<StoredKey | null> {
    const isTrusted = performance.now() <= this.trustedUntil;
    return (isTrusted ? this.known.get(id) : undefined) ?? this.findAnew(id);
  }

  /** The key as it is now, for one that seems not to count: another process may have given it a new secret or end. */
  async findAnew(id: string): Promise<StoredKey | null> {
    await this.refresh();
    return this.known.get(id) ?? null;
  }

  /** Written down later, off to the side. Of a key that was found. */
  noteUse(id: string): void {
    this.uses.set(id, this.now());
  }

  async start(): Promise<void> {
    await this.refresh();
    this.isRunning = true;
    this.schedule();
  }

  stop(): void {
    this.isRunning = false;
    clearTimeout(this.timer);
  }

  /** What was stored before the call is known when it resolves. Rejects while Postgres is away. */
  refresh(): Promise<void> {
    this.upcoming ??= this.current
      .then(() => sleep(BREATH - (performance.now() - this.lookedAt)))
      .then(() => {
        this.upcoming = null;
        const look = this.look();
        this.current = look.catch(() => undefined);
        return look;
      });
    return this.upcoming;
  }

  private async look(): Promise<void> {
    this.lookedAt = performance.now();
    const trustedUntil = this.lookedAt + TRUSTED_FOR;
    for (const key of await this.keys.changedSince(this.revision)) {
      this.revision = key.revision;
      this.known.set(key.id, key);
    }
    this.trustedUntil = trustedUntil;
  }

  private schedule(): void {
    if (!this.isRunning) return;
    this.timer = setTimeout(() => void this.round().then(() => this.schedule()), this.interval);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    try {
      await this.refresh();
      await this.writeUses();
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing) this.log.warn({ err }, 'API keys could not be read; those known count for five minutes');
      this.isFailing = true;
    }
  }

  private async writeUses(): Promise<void> {
    const due = new Map([...this.uses].filter(([id, at]) => at - (this.written.get(id) ?? 0) >= USES_INTERVAL));
    if (due.size === 0) return;
    await this.keys.noteUses(due);
    for (const [id, at] of due) {
      this.written.set(id, at);
      if (this.uses.get(id) === at) this.uses.delete(id);
    }
  }
}

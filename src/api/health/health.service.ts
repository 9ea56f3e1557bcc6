import { Injectable } from '@nestjs/common';
import { Engine } from '../../engine/engine.js';
import { Database } from '../../store/database.js';
import { pendingMigrations } from '../../store/migrations.js';

export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable';
  readonly checks: { readonly [name: string]: string };
}

/** Probes come often and from several sides: one look at Postgres serves all that come within this time, in ms. */
const MAX_AGE = 500;

/** How long a look may take, in ms. */
const PATIENCE = 2_000;

/** What readiness depends on, looked at no more often than needed. */
@Injectable()
export class Health {
  private last: { readonly at: number; readonly readiness: Promise<Readiness> } | null = null;
  private areMigrationsDone = false;

  constructor(
    private readonly database: Database,
    private readonly engine: Engine,
  ) {}

  readiness(): Promise<Readiness> {
    if (this.engine.draining) return Promise.resolve({ status: 'unavailable', checks: { server: 'draining' } });
    const now = performance.now();
    if (!this.last || now - this.last.at > MAX_AGE) this.last = { at: now, readiness: this.look() };
    return this.last.readiness;
  }

  private async look(): Promise<Readiness> {
    const answers = await Promise.race([this.database.answers(), later(PATIENCE, false)]);
    if (!answers) return { status: 'unavailable', checks: { postgres: 'no answer' } };
    if (!this.areMigrationsDone) {
      const pending = await pendingMigrations(this.database.url).catch(() => null);
      if (pending === null) return { status: 'unavailable', checks: { postgres: 'no answer' } };
      if (pending.length > 0)
        return { status: 'unavailable', checks: { migrations: `pending: ${pending.join(', ')}` } };
      this.areMigrationsDone = true;
    }
    const { backend, up } = this.engine.queueState();
    const checks = { postgres: 'ok', migrations: 'ok', queue: up ? `ok (${backend})` : `${backend} does not answer` };
    return { status: up ? 'ready' : 'degraded', checks };
  }
}

function later<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, ms, value).unref());
}

import { performance } from 'node:perf_hooks';
import { errors, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../errors/problem.js';
import type { KeySet } from './issuer-documents.js';

/** Keys are read anew when they are older than this and a token comes, so that what the issuer withdrew is forgotten. */
const MAX_AGE = 600_000;

export interface IssuerKeysOptions {
  readonly fetch: () => Promise<KeySet>;
  /** Told of the first of a row of failures. */
  readonly onFailure: (err: unknown) => void;
  /** The issuer is not asked more often than this, whatever keys tokens name. In ms; default 30 s. */
  readonly coolDown?: number;
  /** The same while no key is known at all. In ms; default 2 s. */
  readonly firstCoolDown?: number;
  /** Monotonic, ms; default: the process's. */
  readonly now?: () => number;
}

/**
 * The issuer's public keys: read once, and again when they have grown old or a token names one that is not among them.
 * While the issuer is away, those that are known go on counting.
 */
export class IssuerKeys {
  private keys: KeySet | null = null;
  private readAt = -Infinity;
  private askedAt = -Infinity;
  private asking: Promise<void> | null = null;
  private isFailing = false;

  constructor(private readonly options: IssuerKeysOptions) {}

  /** The key that a token is signed with. Throws jose's `JWKSNoMatchingKey`, and 503 while no key is known. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (!this.keys) await this.ask();
    // Nobody has to wait for news of keys that are known.
    else if (this.now() - this.readAt > MAX_AGE) void this.ask();
    if (!this.keys) throw unavailable();
    try {
      return await this.keys(header, token);
    } catch (err) {
      if (!(err instanceof errors.JWKSNoMatchingKey)) throw err;
      await this.ask();
      return this.keys(header, token);
    }
  };

  /** Asks the issuer, unless it was asked a moment ago; those who come meanwhile wait for the same answer. Never rejects. */
  ask(): Promise<void> {
    const { coolDown = 30_000, firstCoolDown = 2_000 } = this.options;
    const isTooSoon = this.now() - this.askedAt < (this.keys ? coolDown : firstCoolDown);
    if (this.asking || isTooSoon) return this.asking ?? Promise.resolve();
    this.askedAt = this.now();
    this.asking = this.read().finally(() => (this.asking = null));
    return this.asking;
  }

  private async read(): Promise<void> {
    try {
      this.keys = await this.options.fetch();
      this.readAt = this.now();
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing) this.options.onFailure(err);
      this.isFailing = true;
    }
  }

  private now(): number {
    return (this.options.now ?? (() => performance.now()))();
  }
}

function unavailable(): Problem {
  const detail = "the issuer's keys can not be read, so no token can be checked; API keys work";
  return new Problem(503, 'issuer-unavailable', 'Issuer unavailable', detail, { retryAfter: 2 });
}

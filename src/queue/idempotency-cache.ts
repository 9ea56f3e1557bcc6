import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { impatientConnection } from './redis-connection.js';
import { within } from './within.js';

/** What is known of an idempotency key before Postgres is asked. */
export type Claim =
  /** Nobody has used it lately; it is ours for some seconds. */
  | { readonly state: 'claimed' }
  /** The first request with it is still running. */
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly sagaId: string }
  /** It was used with another body. */
  | { readonly state: 'other-body' }
  /** Redis is absent, away or slow: Postgres decides. */
  | { readonly state: 'unknown' };

const UNKNOWN: Claim = { state: 'unknown' };

/** A claimant that crashed must not stand in the way for long; one that takes longer is caught by Postgres. */
const RUNNING_MS = 10_000;
const DONE_MS = 24 * 3_600_000;

/** Longer than this and asking Postgres would have been faster. */
const PATIENCE_MS = 200;

/** A key holds `<fingerprint> ` while its first request runs and `<fingerprint> <saga id>` when that is done. */
const CLAIM = `
local known = redis.call('GET', KEYS[1])
if known then return known end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false`;

/** Gives up a claim, but never what is done. */
const RELEASE = `
local known = redis.call('GET', KEYS[1])
if known and string.sub(known, -1) == ' ' then redis.call('DEL', KEYS[1]) end`;

interface Commands {
  skaldClaim(key: string, value: string, ttl: number): Promise<string | null>;
  skaldRelease(key: string): Promise<null>;
}

/**
 * The fast half of `Idempotency-Key`: answers most repeats in one round trip to Redis. It may forget and it may be
 * away, because Postgres is the guard; what it says must only ever be what Postgres has said or will say.
 */
export class IdempotencyCache {
  private readonly redis: (Redis & Commands) | null;

  /** @param redisUrl `null`: every claim is `unknown`, at no cost */
  constructor(
    redisUrl: string | null,
    private readonly prefix: string,
  ) {
    // Errors are not logged here: the queue, which uses the same Redis, says so once.
    this.redis =
      redisUrl === null ? null : withCommands(impatientConnection(redisUrl, `${prefix}-keys`, 1_000, () => undefined));
  }

  /**
   * @param scope what the key belongs to: a tenant, a route
   * @param key as the client sent it
   * @param fingerprint a hash of the request's body, without spaces
   */
  async claim(scope: string, key: string, fingerprint: string): Promise<Claim> {
    if (this.redis?.status !== 'ready') return UNKNOWN;
    try {
      const answer = this.redis.skaldClaim(this.keyOf(scope, key), `${fingerprint} `, RUNNING_MS);
      return read(await within(PATIENCE_MS, 'claiming an idempotency key', answer), fingerprint);
    } catch {
      return UNKNOWN;
    }
  }

  /** From here on repeats are answered with this saga. To be called after its start is durable. */
  settle(scope: string, key: string, fingerprint: string, sagaId: string): void {
    if (this.redis?.status !== 'ready') return;
    this.redis.set(this.keyOf(scope, key), `${fingerprint} ${sagaId}`, 'PX', DONE_MS).catch(() => undefined);
  }

  /** The request came to nothing: the next one with this key may run. */
  release(scope: string, key: string): void {
    if (this.redis?.status !== 'ready') return;
    this.redis.skaldRelease(this.keyOf(scope, key)).catch(() => undefined);
  }

  close(): void {
    this.redis?.disconnect();
  }

  /** Hashed, so that what a client puts into a key is neither stored nor able to break anything. */
  private keyOf(scope: string, key: string): string {
    const hash = createHash('sha256')
      .update(JSON.stringify([scope, key]))
      .digest('base64url');
    return `${this.prefix}:key:${hash}`;
  }
}

function read(known: string | null, fingerprint: string): Claim {
  if (known === null) return { state: 'claimed' };
  const [usedWith, sagaId] = known.split(' ');
  if (usedWith !== fingerprint) return { state: 'other-body' };
  return sagaId ? { state: 'done', sagaId } : { state: 'running' };
}

function withCommands(redis: Redis): Redis & Commands {
  redis.defineCommand('skaldClaim', { numberOfKeys: 1, lua: CLAIM });
  redis.defineCommand('skaldRelease', { numberOfKeys: 1, lua: RELEASE });
  return redis as Redis & Commands;
}

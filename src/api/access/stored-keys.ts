import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyDirectory } from '../../engine/key-directory.js';
import type { StoredKey } from '../../store/api-keys.js';
import { Database } from '../../store/database.js';
import type { Caller } from './caller.js';
import { hashOf, readKeyText } from './key-text.js';
import { unauthenticated } from './unauthenticated.js';

/** Keys that were made through the API. */
@Injectable()
export class StoredKeys {
  constructor(
    private readonly directory: KeyDirectory,
    private readonly database: Database,
  ) {}

  /** `null`: this is no key of ours. Throws the problem of one that is but does not count any more. */
  async callerWith(credential: string): Promise<Caller | null> {
    const text = readKeyText(credential);
    if (!text) return null;
    const hash = hashOf(text.secret);
    let key = await this.directory.find(text.id);
    // Of a key that was revoked there is no news.
    if (key && key.revokedAt === null && this.faultOf(key, hash) !== null) key = await this.directory.findAnew(text.id);
    const fault = key ? this.faultOf(key, hash) : 'unknown';
    if (!key || fault === 'unknown') return null;
    if (fault !== null) throw unauthenticated(fault);
    this.directory.noteUse(key.id);
    return { actor: `key:${key.id}`, role: key.role };
  }

  /** Only who has the secret learns what has become of the key. */
  private faultOf(key: StoredKey, hash: Buffer): string | null {
    const now = this.database.clock.now();
    const isCurrent = timingSafeEqual(key.hash, hash);
    const isPrevious = key.previousHash !== null && timingSafeEqual(key.previousHash, hash);
    if (!isCurrent && !isPrevious) return 'unknown';
    if (key.revokedAt !== null) return 'this key was revoked';
    if (key.expiresAt !== null && key.expiresAt <= now) return 'this key has expired';
    if (!isCurrent && (key.previousUntil ?? 0) <= now) return 'this key was rotated: use the new one';
    return null;
  }
}

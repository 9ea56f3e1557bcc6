import { hash } from 'node:crypto';

const BLOCK = 64;

/**
 * HMAC-SHA256 (RFC 2104) for short messages under one key, by one-shot hashes: every call of a participant carries one, and
 * setting up a hash object costs more than the hashing itself.
 */
export class Mac {
  private readonly inner = Buffer.alloc(BLOCK, 0x36);
  private readonly outer = Buffer.alloc(BLOCK, 0x5c);

  /** @param key at most 64 bytes */
  constructor(key: Buffer) {
    if (key.length > BLOCK) throw new RangeError(`a key of ${key.length} bytes is longer than a block`);
    for (const [i, byte] of key.entries()) {
      this.inner[i]! ^= byte;
      this.outer[i]! ^= byte;
    }
  }

  /** 32 bytes. */
  of(message: Buffer): Buffer {
    const digest = hash('sha256', Buffer.concat([this.inner, message]), 'buffer');
    return hash('sha256', Buffer.concat([this.outer, digest]), 'buffer');
  }
}

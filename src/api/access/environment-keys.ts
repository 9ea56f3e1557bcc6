import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ApiRole } from '../../config/api-key.js';
import { Config } from '../../config/config.js';
import type { Caller } from './caller.js';
import { hashOf } from './key-text.js';

/** Keys from `SKALD_API_KEYS`, with which an installation begins. */
@Injectable()
export class EnvironmentKeys {
  private readonly keys: readonly { readonly role: ApiRole; readonly hash: Buffer }[];

  constructor({ apiKeys }: Config) {
    this.keys = apiKeys.map(({ role, secret }) => ({ role, hash: hashOf(secret) }));
  }

  callerWith(credential: string): Caller | null {
    const hash = hashOf(credential);
    const key = this.keys.find((candidate) => timingSafeEqual(candidate.hash, hash));
    return key ? { actor: `env:${key.role}`, role: key.role } : null;
  }
}

import type { Member } from './member.js';

/** Most keys that are remembered; the oldest are forgotten first. */
const MOST_KEYS = 10_000;

/** Where the last attempt of an operation failed, so that the next one goes elsewhere. Per process: a hint, no promise. */
export class FailedAttempts {
  private readonly members = new Map<string, Member>();

  at(idempotencyKey: string): Member | null {
    return this.members.get(idempotencyKey) ?? null;
  }

  remember(idempotencyKey: string, member: Member): void {
    this.members.delete(idempotencyKey);
    this.members.set(idempotencyKey, member);
    if (this.members.size <= MOST_KEYS) return;
    for (const oldest of this.members.keys()) return void this.members.delete(oldest);
  }

  forget(idempotencyKey: string): void {
    if (this.members.size > 0) this.members.delete(idempotencyKey);
  }
}

import type { StoredKey } from '../../store/api-keys.js';
import type { KeyDto } from './key.dto.js';

/** A key as the API shows it. */
export function viewOfKey(key: StoredKey): KeyDto {
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    createdAt: new Date(key.createdAt).toISOString(),
    createdBy: key.createdBy,
    expiresAt: instant(key.expiresAt),
    previousExpiresAt: instant(key.previousUntil),
    revokedAt: instant(key.revokedAt),
    lastUsedAt: instant(key.lastUsedAt),
  };
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

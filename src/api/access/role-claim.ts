import { API_ROLES, type ApiRole } from '../../config/api-key.js';

/**
 * The highest role that a token carries in `claim`: the name of a claim, which may have dots in it
 * (`https://example.com/roles`), or a path of names with dots between them (`realm_access.roles`). The claim is a list of
 * texts, or a text of words. Words that are no role of ours are passed over; `null`: there is no other.
 */
export function roleIn(claims: Readonly<Record<string, unknown>>, claim: string): ApiRole | null {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : claim.split('.').reduce<unknown>(below, claims);
  const words: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return API_ROLES.findLast((role) => words.includes(role)) ?? null;
}

function below(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : undefined;
}

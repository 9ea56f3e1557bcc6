import { EVENT_TYPES } from '../../engine/webhooks/wanting.js';
import type { WebhookFilter } from '../../store/webhooks/subscription.js';
import type { FieldProblem } from '../errors/problem.js';

const MOST = 100;
const LONGEST = 255;

/** A filter as it was sent, or everything that is wrong with it. */
export function readFilter(value: unknown): { readonly filter: WebhookFilter } | { readonly problems: FieldProblem[] } {
  if (value === undefined || value === null) return { filter: {} };
  if (!isObject(value)) return { problems: [{ pointer: '/filter', detail: 'must be a JSON object' }] };
  const problems: FieldProblem[] = [];
  for (const [field, inner] of Object.entries(value)) {
    const detail = problemOf(field, inner);
    if (detail !== null) problems.push({ pointer: `/filter/${field.slice(0, 100)}`, detail });
  }
  return problems.length > 0 ? { problems } : { filter: value };
}

function problemOf(field: string, value: unknown): string | null {
  switch (field) {
    case 'definitions':
      return isTexts(value) ? null : `must be a list of 1 to ${MOST} names of definitions`;
    case 'types': {
      const unknown = isTexts(value) ? value.find((type) => !EVENT_TYPES.includes(type)) : undefined;
      if (unknown !== undefined) return `${JSON.stringify(unknown)} is none of ${EVENT_TYPES.join(', ')}`;
      return isTexts(value) ? null : `must be a list of 1 to ${MOST} types of facts`;
    }
    case 'tags':
      return isObject(value) && isTexts(Object.values(value)) ? null : `must be an object of 1 to ${MOST} texts`;
    default:
      return 'there is no such field: take it out';
  }
}

function isTexts(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST) return false;
  return value.every((item) => typeof item === 'string' && item.length <= LONGEST);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

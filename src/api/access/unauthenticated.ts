import { Problem } from '../errors/problem.js';

/** The caller has not shown who it is. @param detail why not, and what to do */
export function unauthenticated(detail: string): Problem {
  return new Problem(401, 'unauthenticated', 'Who are you?', detail);
}

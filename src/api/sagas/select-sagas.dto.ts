import type { SagaStatus } from '../../saga/state.js';
import type { SagaFilter } from '../../store/saga-conditions.js';
import { check, invalidRequest } from '../body.pipe.js';
import { isRecord } from '../../saga/readings.js';
import { filterOf, ListSagas } from './list-sagas.dto.js';

/** The filters of `GET /v1/sagas` in a JSON body: the same names, and all of them must hold. */
export class SelectSagas {
  /** One status, or several. */
  status?: SagaStatus | SagaStatus[];
  definition?: string;
  version?: number;
  businessKey?: string;
  /** All of these. */
  tags?: { [key: string]: string };
  /** Sagas that are stuck at this step, or keep trying it. */
  step?: string;
  /** Sagas that are stuck at this participant, or keep trying it. */
  participant?: string;
  /** Fingerprint of the error that a saga is stuck at or keeps meeting. */
  error?: string;
  /** True: sagas that wait for their next attempt after one that failed. */
  retrying?: boolean;
  /** True: sagas that an operator has paused. */
  paused?: boolean;
  /** Sagas that have been stuck, or have kept trying, since before this instant. */
  troubleBefore?: string;
  startedAfter?: string;
  startedBefore?: string;
}

/**
 * Reads such a filter by the rules of the query, so that both always mean the same. An empty one fits every saga.
 * @param pointer where it stands in the body
 * @throws Problem `invalid-request`, which names every field that is wrong
 */
export function selectionIn(document: unknown, pointer = '/filter'): SagaFilter {
  if (!isRecord(document)) throw invalidRequest([{ pointer, detail: 'must be an object of filters' }]);
  const { tags = {}, ...fields } = document;
  if (!isRecord(tags)) throw invalidRequest([{ pointer: `${pointer}/tags`, detail: 'must be an object of texts' }]);
  const query: Record<string, unknown> = {};
  const problems = PAGING.filter((name) => Object.hasOwn(fields, name)).map((name) => ({
    pointer: `${pointer}/${name}`,
    detail: 'goes with lists only: leave it out',
  }));
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query[name] = asInQuery(name, value);
  for (const [name, value] of Object.entries(tags)) query[`tag.${name}`] = value;
  const checked = check(ListSagas, query);
  if ('problems' in checked) {
    problems.push(...checked.problems.map((problem) => ({ ...problem, pointer: pointer + problem.pointer })));
  }
  for (const [name, value] of Object.entries(tags)) {
    if (typeof value !== 'string')
      problems.push({ pointer: `${pointer}/tags/${escaped(name)}`, detail: 'must be a text' });
  }
  if (problems.length > 0 || 'problems' in checked) throw invalidRequest(problems);
  return filterOf(checked.value, query);
}

const PAGING = ['limit', 'cursor'];

/** Numbers and booleans are texts in a query, and the statuses are separated by commas. */
function asInQuery(name: string, value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return name === 'status' && Array.isArray(value) ? value.join(',') : value;
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

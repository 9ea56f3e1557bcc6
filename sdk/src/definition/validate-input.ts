import type { BuiltSaga } from './built-saga.js';
import { Place, type Problem } from './problem.js';

/**
 * Checks an input with the schema that the saga was declared with, before anything is sent. The input itself is what is
 * started with: the schema's defaults and transformations are not applied.
 *
 * @returns what is wrong, by pointers below `/input`; `[]` if nothing is, or if the saga was declared without a schema
 *
 * @example
 * const problems = await validateInput(order, { sku: 'abc', qty: 0 });
 * // [{ pointer: '/input/qty', detail: 'Too small: expected number to be >=1' }]
 */
export async function validateInput(saga: Pick<BuiltSaga, 'schema'>, input: unknown): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const { issues = [] } = (await saga.schema?.['~standard'].validate(input)) ?? {};
  for (const { message, path = [] } of issues) {
    path
      .map((part) => String(typeof part === 'object' ? part.key : part))
      .reduce((place, key) => place.at(key), new Place(problems, '/input'))
      .refuse(message);
  }
  return problems;
}

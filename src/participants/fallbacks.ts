import { isStorable } from '../saga/document-bounds.js';
import { expressionIn } from '../saga/expression.js';
import type { Json } from '../saga/json.js';
import { suggestion } from '../saga/nearest.js';
import type { Place } from '../saga/problems.js';
import type { Template } from '../saga/template.js';
import { readTemplate } from '../saga/template-compiler.js';
import { PARTICIPANT_NAME } from './participant.js';
import { isRecord, record, type Reading } from './readings.js';

/** An entry under `fallbacks:`, which stands in for an answer by its name (contract §6). */
export type NamedFallback =
  | { readonly type: 'response'; readonly response: Json }
  /** Sees what the action's own expressions see. */
  | { readonly type: 'expression'; readonly expression: Template }
  /** Is asked in the other's place, at `path`; absent: at the path of the step. */
  | { readonly type: 'participant'; readonly participant: string; readonly path?: string };

/** Strategies that need no entry under `fallbacks:`, and can't be the name of one. */
export const OWN_STRATEGIES = ['static_response', 'cache_only', 'skip'];

const KINDS = ['response', 'expression', 'participant'] as const;

interface Written {
  readonly response?: Json;
  readonly expression?: Template;
  readonly participant?: string;
  readonly path?: string;
}

const written = record<Written>({
  response: (value, place) =>
    typeof value === 'string' && expressionIn(value) !== null
      ? place.refuse('is an expression: call the field expression')
      : (value as Json),
  expression: (value, place) =>
    typeof value === 'string' && expressionIn(value) !== null
      ? readTemplate(value, place)
      : place.refuse('must be an expression such as {% {"items": input.favourites} %}'),
  participant: (value, place) =>
    typeof value === 'string' && PARTICIPANT_NAME.test(value)
      ? value
      : place.refuse('must be the name of a participant'),
  path: (value, place) =>
    typeof value === 'string' && /^\/(?!\/)[\x21-\x7e]*$/.test(value) && !/[\\#]/.test(value)
      ? value
      : place.refuse('must be a path such as /top-items'),
});

const entry: Reading<NamedFallback> = (value, place) => {
  if (typeof value === 'string' && expressionIn(value) !== null) {
    return { type: 'expression', expression: readTemplate(value, place) };
  }
  if (!isRecord(value)) return { type: 'response', response: value as Json };
  const read = written(value, place);
  const said = KINDS.filter((kind) => Object.hasOwn(value, kind));
  if (said.length !== 1) return place.refuse(`must have one of ${KINDS.join(', ')}`);
  if (said[0] !== 'participant' && Object.hasOwn(value, 'path')) {
    return place.at('path').refuse('goes with participant only: leave it out');
  }
  if (read?.response !== undefined) return { type: 'response', response: read.response };
  if (read?.expression) return { type: 'expression', expression: read.expression };
  return read?.participant === undefined
    ? undefined
    : { type: 'participant', participant: read.participant, ...(read.path !== undefined && { path: read.path }) };
};

/** The section `fallbacks`: entries by name, in any order. Expressions are compiled here, once. */
export const namedFallbacks: Reading<ReadonlyMap<string, NamedFallback>> = (value, place) => {
  if (!isRecord(value)) return place.refuse('must be an object of fallbacks by name');
  const read = new Map<string, NamedFallback>();
  if (!isStorable(value, place)) return read;
  for (const [name, source] of Object.entries(value)) {
    checkName(name, place.at(name));
    const fallback = entry(source, place.at(name));
    if (fallback) read.set(name, fallback);
  }
  return read;
};

/** What is wrong with a strategy that names no fallback, and how to mend it; `null`: nothing is wrong. */
export function strategyProblem(strategy: string, known: readonly string[]): string | null {
  if (OWN_STRATEGIES.includes(strategy) || known.includes(strategy)) return null;
  const meant = suggestion(strategy, [...OWN_STRATEGIES, ...known]);
  const mend = `: say in the resilience file what it is, such as fallbacks: { ${strategy}: { response: … } }`;
  return `there is no fallback ${strategy}${meant || mend}`;
}

function checkName(name: string, place: Place): void {
  if (OWN_STRATEGIES.includes(name)) {
    place.refuse(`${name} is a strategy of its own: call the fallback something else`);
  } else if (!PARTICIPANT_NAME.test(name)) {
    place.refuse('must be 1 to 63 letters, digits, - or _, a letter first');
  }
}

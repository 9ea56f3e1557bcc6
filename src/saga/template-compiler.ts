import { compileExpression, expressionIn } from './expression.js';
import type { Json } from './json.js';
import { plainJson } from './plain-json.js';
import { Place, type Problem } from './problems.js';
import type { Scope, Template } from './template.js';

/** A template, and where in it a step is read. */
export interface CompiledTemplate extends Template {
  readonly reads: readonly { readonly step: string; readonly place: Place }[];
}

/** The template can't be compiled. */
export class TemplateError extends Error {
  readonly code = 'template-error';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ pointer, detail }) => (pointer ? `${pointer}: ${detail}` : detail)).join('; '));
  }
}

/**
 * Compiles a JSON value in which any string of the form `{% … %}`, at any depth, is a JSONata expression.
 * Without expressions the template yields `source` itself and costs nothing. An expression that yields nothing gives `null`.
 * @throws TemplateError with every expression that does not compile or is refused
 */
export function compileTemplate(source: Json): CompiledTemplate {
  const problems: Problem[] = [];
  const template = readTemplate(source, new Place(problems));
  if (problems.length > 0) throw new TemplateError(problems);
  return template;
}

/** Yields what a part of the template becomes, or a promise of it. */
type Part = (scope: Scope) => unknown;

/** Like {@link compileTemplate} for a part of a larger document: problems go to `place`, and then the template must not be used. */
export function readTemplate(source: Json, place: Place): CompiledTemplate {
  const reads: { step: string; place: Place }[] = [];
  const root = compile(source, place);
  return {
    source,
    reads,
    evaluate(scope) {
      if (!root) return source;
      const value = root(scope);
      return value instanceof Promise ? value.then(plainJson) : plainJson(value);
    },
  };

  /** `null`: the value is constant. */
  function compile(value: Json, place: Place): Part | null {
    if (typeof value === 'string') {
      const text = expressionIn(value);
      if (text === null) return null;
      const expression = compileExpression(text, (detail) => place.refuse(detail));
      expression?.reads.forEach((step) => reads.push({ step, place }));
      return expression ? (scope) => expression.evaluate(scope) : null;
    }
    if (typeof value !== 'object' || value === null) return null;
    const parts: [key: string, part: Part][] = [];
    for (const [key, inner] of Object.entries(value)) {
      const part = compile(inner, place.at(key));
      if (part) parts.push([key, part]);
    }
    return parts.length > 0 ? fill(value, parts) : null;
  }
}

/** Parts are evaluated one after the other, so that no second failure is left without anyone to catch it. */
function fill(source: object, parts: readonly (readonly [string, Part])[]): Part {
  return (scope) => {
    const result = (Array.isArray(source) ? [...(source as unknown[])] : { ...source }) as Record<string, unknown>;
    for (let i = 0; i < parts.length; i++) {
      const [key, part] = parts[i] as (typeof parts)[number];
      const value = part(scope);
      if (value instanceof Promise) return fillRest(result, key, value, parts.slice(i + 1), scope);
      result[key] = orNull(value);
    }
    return result;
  };
}

async function fillRest(
  result: Record<string, unknown>,
  key: string,
  value: Promise<unknown>,
  rest: readonly (readonly [string, Part])[],
  scope: Scope,
): Promise<unknown> {
  result[key] = orNull(await value);
  for (const [key, part] of rest) result[key] = orNull(await part(scope));
  return result;
}

/** A field whose expression yields nothing is there, as `null`. */
function orNull(value: unknown): unknown {
  return value === undefined ? null : value;
}

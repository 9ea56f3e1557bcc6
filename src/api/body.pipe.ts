import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { fieldsOfAnyJson } from './docs/described.js';
import { Problem, type FieldProblem } from './errors/problem.js';

interface Class<T extends object> {
  new (): T;
  /** Fields whose names are the user's own, and which somebody else looks at. */
  readonly openFields?: RegExp;
}

/**
 * Checks bodies and queries against their class. Only the top level is copied: what users put into `input` or a signal
 * stays untouched, whatever its fields are called.
 */
@Injectable()
export class BodyPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    const isChecked = (type === 'body' || type === 'query') && metatype && !BUILT_IN.has(metatype);
    if (!isChecked) return value;
    const checked = check(metatype as Class<object>, value ?? {});
    if ('problems' in checked) throw invalidRequest(checked.problems);
    return checked.value;
  }
}

export function check<T extends object>(
  type: Class<T>,
  value: unknown,
): { readonly value: T } | { readonly problems: readonly FieldProblem[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problems: [{ pointer: '', detail: 'must be a JSON object' }] };
  }
  // What every object has by nature is nobody's field, and the check itself goes by `constructor`.
  const inherited = Object.keys(value).filter((name) => name in Object.prototype);
  if (inherited.length > 0) return { problems: inherited.map((name) => ({ pointer: `/${name}`, detail: NO_FIELD })) };
  const { openFields } = type;
  const closed = openFields ? Object.entries(value).filter(([name]) => !openFields.test(name)) : null;
  const instance = Object.assign(new type(), closed ? Object.fromEntries(closed) : value) as {
    [name: string]: unknown;
  };
  // Where `null` is no value of its own it means what leaving the field out means.
  for (const name of Object.keys(instance)) {
    if (instance[name] === null && !fieldsOfAnyJson(instance).includes(name)) instance[name] = undefined;
  }
  const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
  return errors.length === 0
    ? { value: instance as T }
    : { problems: errors.flatMap((error) => problemsOf(error, '')) };
}

export function invalidRequest(problems: readonly FieldProblem[]): Problem {
  const detail = problems.map((p) => `${p.pointer || 'the body'}: ${p.detail}`).join('; ');
  return new Problem(400, 'invalid-request', 'Invalid request', detail.slice(0, 1_000), { errors: problems });
}

const NO_FIELD = 'there is no such field: take it out';

const BUILT_IN = new Set<unknown>([String, Boolean, Number, Array, Object]);

function problemsOf(error: ValidationError, above: string): FieldProblem[] {
  const pointer = `${above}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? NO_FIELD : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, pointer))];
}

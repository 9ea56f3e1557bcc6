import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ApiDocument, Operation, Schema } from './document.js';
import type { WireAnswer } from './wire.js';

/** Nothing may be in them yet. */
const STREAMS = ['text/event-stream', 'application/x-ndjson'];

const PROBLEM = 'application/problem+json';

/** Looks at answers with nothing but the published document in hand. */
export class Verdict {
  private readonly ajv: Ajv2020;
  private readonly validators = new Map<Schema, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
    this.ajv.addSchema({ $id: 'api', ...document });
  }

  /** What is wrong with an answer; empty: nothing. */
  complaints(operation: Operation, answer: WireAnswer): string[] {
    const { status, type, text } = answer;
    if (status >= 500 && status !== 503) return [`answers ${status}: ${text.slice(0, 300)}`];
    const documented = operation.answers.get(status);
    if (!documented) return [`answers ${status}, which is not documented: ${text.slice(0, 200)}`];
    const isEmpty = Object.keys(documented).length === 0 || status === 204;
    if (text === '' && (isEmpty || (STREAMS.includes(type) && type in documented))) return [];
    if (text === '') return [`answers ${status} with nothing`];
    if (!(type in documented)) return [`answers ${status} as ${type || 'nothing'}, which is not documented`];
    const body = bodyOf(type, text);
    if (body === undefined) return [`answers ${status} with ${type} that is none: ${text.slice(0, 200)}`];
    const schema = documented[type];
    return [...(schema ? this.misfits(schema, body, status) : []), ...(type === PROBLEM ? misread(answer, body) : [])];
  }

  private misfits(schema: Schema, body: unknown, status: number): string[] {
    const validate = this.validators.get(schema) ?? this.ajv.compile(within(schema));
    this.validators.set(schema, validate);
    if (validate(body)) return [];
    const [error] = validate.errors ?? [];
    return [`answers ${status} with a body that is not as documented: ${error?.instancePath} ${error?.message}`];
  }
}

/** What holds of every problem, beyond its schema (RFC 9457 and contract §5). */
function misread({ status, headers }: WireAnswer, body: unknown): string[] {
  const { status: told, code, type, title, detail } = body as Record<string, unknown>;
  const wrong: string[] = [];
  if (told !== status) wrong.push(`answers ${status} with a problem that says ${String(told)}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(String(code))) wrong.push(`has the code ${String(code)}`);
  if (type !== `urn:skald:problem:${String(code)}`) wrong.push(`has the type ${String(type)} for ${String(code)}`);
  if (!title || !detail) wrong.push('has a problem without a title or a detail');
  if ((status === 429 || status === 503) && !(Number(headers['retry-after']) >= 1)) {
    wrong.push(`answers ${status} without Retry-After`);
  }
  return wrong;
}

/** `undefined`: it is not what its type says. */
function bodyOf(type: string, text: string): unknown {
  if (type === 'application/x-ndjson') {
    return text
      .trimEnd()
      .split('\n')
      .some((line) => parsed(line) === undefined)
      ? undefined
      : text;
  }
  return type.endsWith('json') ? parsed(text) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The references of the document are into the document. */
function within(schema: Schema): object {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? `api${value}` : value,
  ) as object;
}

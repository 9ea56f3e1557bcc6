import type { Call, Operation } from './call.js';

/** What the headers alone tell of a call. */
export type CallHead = Pick<
  Call,
  'sagaId' | 'step' | 'operation' | 'idempotencyKey' | 'definition' | 'attempt' | 'seq' | 'deadline'
> & { readonly callbackUrl: string | undefined };

const ID = /^[\w-]{1,64}$/;
const STEP = /^[a-zA-Z][a-zA-Z0-9_-]{0,62}$/;
const DEFINITION = /^([a-z][a-z0-9-]{0,62})@([1-9]\d{0,8})$/;
const OPERATION = /^(?:action|compensation)$/;
const ATTEMPT = /^[1-9]\d{0,14}$/;
const SEQ = /^\d{1,15}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/** Whether somebody calls in Skald's name, rightly or not. */
export function speaksAsSkald(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(headers).some((name) => /^skald-/i.test(name));
}

/**
 * Reads `Idempotency-Key` and the `Skald-*` headers, or says all that is wrong with them, each by its name. The key
 * tells the operation already, so for a call by hand it is enough; Skald sends all of them, and they have to agree.
 */
export function readCallHead(
  headers: Readonly<Record<string, string>>,
): { readonly head: CallHead } | { readonly flaws: readonly string[] } {
  const flaws: string[] = [];
  const read = (name: string, form: RegExp, what: string, otherwise?: string): string => {
    const value = headers[name.toLowerCase()] ?? otherwise;
    if (value === undefined) flaws.push(`${name} is missing`);
    else if (form.test(value)) return value;
    else flaws.push(`${name} must be ${what}`);
    return '';
  };
  const idempotencyKey = read('Idempotency-Key', /^[^/]+\/[^/]+\/[^/]+$/, '{saga}/{step}/{operation}');
  const [ofSaga, ofStep, ofOperation] = idempotencyKey === '' ? [] : idempotencyKey.split('/');
  const sagaId = read('Skald-Saga-Id', ID, 'the id of a saga', ofSaga);
  const step = read('Skald-Step', STEP, "a step's name", ofStep);
  const operation = read('Skald-Operation', OPERATION, 'action or compensation', ofOperation) as Operation;
  const definition = DEFINITION.exec(read('Skald-Definition', DEFINITION, '{name}@{version}', 'unknown@1'));
  const attempt = Number(read('Skald-Attempt', ATTEMPT, 'a whole number, 1 or more', '1'));
  const seq = Number(read('Skald-Seq', SEQ, 'a whole number', '1'));
  if (flaws.length === 0 && idempotencyKey !== `${sagaId}/${step}/${operation}`) {
    flaws.push('Idempotency-Key must be {saga}/{step}/{operation} of the same call');
  }
  const until = headers['skald-deadline'];
  const deadline = until === undefined ? null : new Date(until);
  if (deadline && !(INSTANT.test(until!) && Number.isFinite(deadline.getTime()))) {
    flaws.push('Skald-Deadline must be an RFC 3339 instant');
  }
  const callbackUrl = headers['skald-callback-url'];
  if (callbackUrl !== undefined && !isWebAddress(callbackUrl)) flaws.push('Skald-Callback-Url must be an http(s) URL');
  if (flaws.length > 0 || !definition) return { flaws };
  const [, name = '', version] = definition;
  return {
    head: {
      sagaId,
      step,
      operation,
      idempotencyKey,
      definition: { name, version: Number(version) },
      attempt,
      seq,
      deadline,
      callbackUrl,
    },
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

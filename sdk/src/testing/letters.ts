import { createHmac } from 'node:crypto';
import type { CallStep, Operation } from '../../../src/saga/definition.js';
import { requestFor, type OperationRequest } from '../../../src/saga/request.js';
import { operationKey } from '../../../src/saga/scope.js';
import type { SagaState } from '../../../src/saga/state.js';
import type { Callback } from '../participant/callback.js';
import { keysIn } from '../participant/secrets.js';
import type { TestRequest } from './participants.js';

/** One attempt of an operation, written and ready to be sent any number of times. */
export interface Letter extends OperationRequest {
  readonly sagaId: string;
  /** Name of the saga's definition. */
  readonly definition: string;
  readonly version: number;
  readonly step: CallStep;
  readonly operation: Operation;
  readonly attempt: number;
  readonly seq: number;
  readonly key: string;
  readonly callbackUrl: string;
}

/** @throws {MappingError} if an expression of the definition can't be evaluated */
export async function writeLetter(
  state: SagaState,
  step: CallStep,
  operation: Operation,
  attempt: number,
): Promise<Letter> {
  const request = await requestFor(state, step, operation);
  const key = operationKey(state.id, step.name, operation);
  return {
    ...request,
    sagaId: state.id,
    definition: state.definition.name,
    version: state.definition.version,
    step,
    operation,
    attempt,
    seq: state.seq,
    key,
    callbackUrl: `https://skald.test/v1/callbacks/${Buffer.from(key).toString('base64url')}`,
  };
}

/**
 * The request as it stands on the wire (contract §3), signed if there is a secret.
 *
 * What a participant compares with its own clock is told by that clock: only the saga lives in virtual time.
 * @param timeout total time of the attempt in ms
 * @param callback the handle on the result; asked for when the participant asks for it
 */
export function requestOf(
  letter: Letter,
  timeout: number,
  secret: string | undefined,
  callback: () => Callback,
): TestRequest {
  const now = Date.now();
  const body = Buffer.from(letter.method === 'GET' ? '' : JSON.stringify(letter.body));
  const headers: Record<string, string> = {
    accept: 'application/json, application/problem+json',
    'content-type': 'application/json',
    'idempotency-key': letter.key,
    'skald-saga-id': letter.sagaId,
    'skald-definition': `${letter.definition}@${letter.version}`,
    'skald-step': letter.step.name,
    'skald-operation': letter.operation,
    'skald-attempt': String(letter.attempt),
    'skald-seq': String(letter.seq),
    'skald-callback-url': letter.callbackUrl,
    'skald-deadline': new Date(now + timeout).toISOString(),
    traceparent: `00-${letter.sagaId.replaceAll('-', '')}-${letter.seq.toString(16).padStart(16, '0')}-00`,
  };
  const [key] = secret === undefined ? [] : keysIn(secret);
  if (key) {
    const timestamp = String(Math.floor(now / 1_000));
    const signature = createHmac('sha256', key).update(`${letter.key}.${timestamp}.`).update(body).digest('base64');
    headers['webhook-id'] = letter.key;
    headers['webhook-timestamp'] = timestamp;
    headers['webhook-signature'] = `v1,${signature}`;
  }
  return { method: letter.method, path: letter.path, headers, body, callback };
}

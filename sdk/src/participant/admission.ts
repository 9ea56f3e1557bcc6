import { callback } from '../client/callback.js';
import { readCallHead, speaksAsSkald, type CallHead } from './call-headers.js';
import type { Call, Operation } from './call.js';
import type { Callback } from './callback.js';
import type { ParticipantRequest } from './participant-options.js';
import { problem, reply, type Reply } from './reply.js';
import type { Match, Routes } from './routes.js';
import { flawInSignature, type SignedMessage } from './signature.js';
import { readJson } from './storable.js';

/** Whose calls are let in. */
export interface Admission {
  /** `null`: anybody's. */
  readonly keys: readonly Buffer[] | null;
  /** ms. */
  readonly tolerance: number;
  readonly maxBodyBytes: number;
}

/** What Skald may call with. */
const METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE', 'GET']);

/** Verifies and reads a request: a call and what it is for, or the reply that refuses it. */
export function admit<Target>(
  request: ParticipantRequest,
  { keys, tolerance, maxBodyBytes }: Admission,
  routes: Routes<Target>,
): { readonly call: Call; readonly target: Target } | Reply {
  const headers = plain(request.headers);
  const { body } = request;
  if (body.byteLength > maxBodyBytes) return tooLong(maxBodyBytes);
  const forged = keys && flawInSender({ headers, body }, keys, tolerance);
  if (forged) return reply(problem(401, 'bad-signature', forged));
  if (!METHODS.has(request.method)) return reply(problem(405, 'method-not-allowed', 'no operation is called that way'));

  const match = routes.find(pathOf(request.path));
  if (!match && !speaksAsSkald(headers)) return reply(problem(404, 'not-found', 'there is nothing here'));
  const read = readCallHead(headers);
  if ('flaws' in read) return reply(problem(400, 'bad-headers', read.flaws.join('; ')));
  const target = match?.targets.get(read.head.operation);
  // Not 404: to a compensation that would mean that there is nothing to undo.
  if (!match || !target) return reply(problem(400, 'unknown-operation', noSuch(read.head.operation)));
  const json = readJson(body);
  if ('flaw' in json) return reply(problem(400, 'unreadable-body', `the body can't be read: ${json.flaw}`));
  return { target, call: callOf(read.head, match, headers, json.value, request) };
}

/** The reply to a body of which no more was read than the bound. */
export function tooLong(maxBodyBytes: number): Reply {
  return reply(problem(413, 'body-too-long', `the body is longer than ${maxBodyBytes} bytes`));
}

/** Without its query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0]!;
}

function noSuch(operation: Operation): string {
  return `no ${operation} has this path here`;
}

function flawInSender(message: SignedMessage, keys: readonly Buffer[], tolerance: number): string | null {
  const flaw = flawInSignature(message, keys, tolerance, Date.now());
  if (flaw) return flaw;
  // Of the headers only the id is signed, so the ones that say which operation this is are bound to it.
  const isBound = message.headers['webhook-id'] === message.headers['idempotency-key'];
  return isBound ? null : 'its signature is of another Idempotency-Key';
}

function plain(headers: ParticipantRequest['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function callOf(
  { callbackUrl, ...head }: CallHead,
  { params }: Match<unknown>,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  { signal = new AbortController().signal, callback: handleOn = overHttp(headers) }: ParticipantRequest,
): Call {
  return {
    ...head,
    body,
    params,
    headers,
    signal,
    callback() {
      if (callbackUrl === undefined)
        throw new TypeError('the call named no callback URL: it had no Skald-Callback-Url');
      return handleOn(callbackUrl);
    },
  };
}

function overHttp({ traceparent, tracestate }: Readonly<Record<string, string>>): (url: string) => Callback {
  const trace = traceparent === undefined ? undefined : { traceparent, ...(tracestate && { tracestate }) };
  return (url) => callback(url, { traceparent: () => trace });
}

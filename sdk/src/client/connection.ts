import { milliseconds } from '../duration.js';
import type { CallOptions, Settings } from './client-options.js';
import { exchange, parseAnswer, type HttpRequest } from './exchange.js';
import type { FetchAnswer } from './fetch.js';
import { repeat, type Repeatable } from './repeat.js';
import { traceHeaders } from './trace-context.js';

/** What is asked of Skald. */
export interface Ask extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Made by {@link path}. */
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, as JSON; without it and {@link Ask.yaml} there is none. */
  readonly json?: unknown;
  /** The body, as YAML. */
  readonly yaml?: string;
  /** Default `always`. */
  readonly repeatable?: Repeatable;
  /** Most attempts after the first. Default: the client's. */
  readonly retries?: number;
  /** How long Skald is asked to wait before it answers, in ms; comes on top of all time-outs. Default 0. */
  readonly wait?: number;
  readonly alsoFine?: readonly number[];
}

/** The way to one Skald server: its address, its key, and the patience with which it is asked. */
export class Connection {
  constructor(readonly settings: Settings) {}

  /**
   * @returns what the body of the answer says; `null` without one. Its type is what the server promises.
   * @throws {ProblemError | ConnectionError}
   */
  ask<T>(ask: Ask): Promise<T> {
    return this.#exchange(ask, async (answer, what, number) => {
      return parseAnswer(what, await answer.text(), number) as T;
    });
  }

  /**
   * Like {@link ask}, for an answer that goes on and on: the promise is fulfilled as soon as it has begun.
   * @returns the answer, whose body the caller reads and cancels
   */
  open(ask: Ask): Promise<FetchAnswer> {
    return this.#exchange(ask, (answer) => Promise.resolve(answer));
  }

  #exchange<T>(ask: Ask, read: (answer: FetchAnswer, what: string, number: number) => Promise<T>): Promise<T> {
    const { fetch, retries, timeout, attemptTimeout } = this.settings;
    const { signal, wait = 0, repeatable = 'always' } = ask;
    const patience = {
      timeout: (ask.timeout === undefined ? timeout : milliseconds(ask.timeout)) + wait,
      attemptTimeout: attemptTimeout + wait,
      retries: ask.retries ?? retries,
    };
    return repeat(patience, repeatable, signal, (number, ms) => {
      const request = this.#request(ask);
      return exchange(request, { fetch, number, timeout: ms, signal }, (answer) => read(answer, request.what, number));
    });
  }

  #request({ method, path, query, headers, json, yaml, alsoFine }: Ask): HttpRequest {
    const { baseUrl, headers: ours, traceparent } = this.settings;
    const body = yaml ?? (json === undefined ? undefined : JSON.stringify(json));
    const type = yaml === undefined ? 'application/json' : 'application/yaml';
    return {
      what: `${method} ${path}`,
      method,
      url: `${baseUrl}${path}${query?.size ? `?${query.toString()}` : ''}`,
      headers: {
        ...ours,
        ...traceHeaders(traceparent),
        ...(body !== undefined && { 'content-type': type }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(alsoFine && { alsoFine }),
    };
  }
}

/**
 * A path with names in it, which may hold anything but nothing.
 *
 * @example
 * path`/v1/sagas/${id}`
 */
export function path(texts: TemplateStringsArray, ...names: readonly (string | number)[]): string {
  return String.raw(
    { raw: texts },
    ...names.map((name) => {
      if (name === '' || name === '.' || name === '..') throw new TypeError(`${JSON.stringify(name)} names nothing`);
      return encodeURIComponent(name);
    }),
  );
}

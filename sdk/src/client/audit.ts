import type { Json } from '../json.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { ConnectionError } from './errors.js';
import type { BodyReader } from './fetch.js';
import { textsOf } from './saga-filter.js';

/** Which rows of the audit trail; all of it must hold. */
export interface AuditFilter {
  /** Id of a saga. */
  readonly saga?: string;
  /** `key:<id>`, `token:<subject>`, `env:<role>`, `anonymous`, or a part of the server such as `bulk:<id>`. */
  readonly actor?: string;
  /** `saga.retry`, `participant.put`, `key.create` …; `saga.*`: all that begin so. */
  readonly action?: string;
  /** What else it was done to: a participant's name, a key's id … */
  readonly target?: string;
  /** Written after this instant, or after the row of this `seq`. */
  readonly after?: Date | string | number;
}

/** One row of the audit trail. */
export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** Instant by the database's clock. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly saga: string | null;
  /** What else it was done to. */
  readonly target: string | null;
  readonly reason: string | null;
  /** How things were, and how they are since. */
  readonly before: Json;
  readonly after: Json;
  readonly requestId: string | null;
  /** SHA-256 over the row and the hash of the row before it, in hex. */
  readonly hash: string;
}

/** Whether the trail is whole. */
export interface AuditVerdict {
  readonly rows: number;
  readonly intact: boolean;
  /** The first row that was changed or before which one is missing. */
  readonly brokenAt: number | null;
}

/**
 * Rows as lines of JSON. An answer that breaks is an error and no shorter trail.
 * @throws {ConnectionError} `connection-lost`, `unreadable-answer`
 */
export async function* auditLines(
  connection: Connection,
  filter: AuditFilter,
  options: CallOptions,
): AsyncGenerator<AuditEntry, void, undefined> {
  const { body } = await connection.open({
    ...options,
    method: 'GET',
    path: '/v1/admin/audit',
    query: new URLSearchParams(textsOf(filter)),
    headers: { accept: 'application/x-ndjson' },
  });
  if (!body) return;
  const reader = body.getReader();
  try {
    for await (const line of lines(reader)) yield rowOf(line);
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function* lines(reader: BodyReader): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const chunk = await reader.read().catch((cause: unknown) => {
      throw new ConnectionError('connection-lost', 'GET /v1/admin/audit: broken off', { attempts: 1, cause });
    });
    rest += decoder.decode(chunk.value, { stream: !chunk.done });
    const whole = rest.split('\n');
    rest = chunk.done ? '' : (whole.pop() ?? '');
    yield* whole.filter((line) => line.trim() !== '');
    if (chunk.done) return;
  }
}

function rowOf(line: string): AuditEntry {
  try {
    return JSON.parse(line) as AuditEntry;
  } catch (cause) {
    const what = 'GET /v1/admin/audit: a line that is no JSON';
    throw new ConnectionError('unreadable-answer', what, { attempts: 1, cause });
  }
}

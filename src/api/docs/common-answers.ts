import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { ProblemDto } from '../errors/problem.dto.js';

type Operation = { responses?: Record<string, unknown>; parameters?: readonly { name?: string }[] };

const RETRY_AFTER = { description: 'In seconds', schema: { type: 'integer', minimum: 1 } };
const RATE_LIMIT = {
  'RateLimit-Policy': { description: 'Requests (`q`) per window of `w` seconds', schema: { type: 'string' } },
  RateLimit: { description: 'What is left of it (`r`), and for how many seconds (`t`)', schema: { type: 'string' } },
};

/** What any operation may answer when it can't do what it is asked. */
const ANSWERS: { readonly [status: string]: { readonly description: string; readonly headers?: object } } = {
  400: { description: 'Malformed: not JSON as it should be, a field too many or of the wrong kind, a bad header' },
  401: { description: 'No key or token that this server knows', headers: { 'WWW-Authenticate': text() } },
  403: { description: 'The key or token has not the role that this needs' },
  404: { description: 'There is no such thing, or no such route' },
  409: {
    description: 'Not possible as things are now, or the first call with this `Idempotency-Key` is still running',
  },
  412: { description: 'It has gone on since it was looked at (`If-Match`)' },
  413: { description: 'The body is larger than `SKALD_BODY_LIMIT`' },
  415: { description: 'Neither JSON nor, where that is taken, YAML' },
  422: { description: 'Well-formed, and still not usable: `errors` names each place' },
  429: {
    description: 'More requests than `SKALD_RATE_LIMIT` allows, or more signals than are kept',
    headers: { 'Retry-After': RETRY_AFTER, ...RATE_LIMIT },
  },
  431: { description: 'The URL and the header fields together are larger than 16 KiB' },
  500: { description: 'A bug; the log has it under the request id that `detail` names' },
  503: {
    description: 'Overloaded, shutting down, or Postgres is away: nothing is wrong with the request',
    headers: { 'Retry-After': RETRY_AFTER },
  },
};

/** Before a request has even been looked at. */
const ANYWHERE = [400, 431, 500];
const READS = [400, 401, 403, 404, 429, 431, 500, 503];
const WRITES = [...READS, 409, 413, 415, 422];

/** Adds the answers that operations have in common, each described once. */
export function addCommonAnswers(api: OpenAPIObject): void {
  const schema = { $ref: getSchemaPath(ProblemDto) };
  const content = { 'application/problem+json': { schema } };
  api.components ??= {};
  api.components.responses = Object.fromEntries(
    Object.entries(ANSWERS).map(([status, answer]) => [nameOf(status), { ...answer, content }]),
  ) as NonNullable<typeof api.components.responses>;

  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>)) {
      const { responses } = operation;
      if (!responses) continue;
      responses['default'] = { description: 'What is wrong, and how to mend it', content };
      const statuses = path.startsWith('/v1/') ? statusesOf(method, operation) : ANYWHERE;
      for (const status of statuses) responses[status] ??= { $ref: refTo(status) };
    }
  }
}

function statusesOf(method: string, { parameters = [] }: Operation): number[] {
  const isConditional = parameters.some(({ name }) => name === 'If-Match');
  return [...(method === 'get' ? READS : WRITES), ...(isConditional ? [412] : [])];
}

function refTo(status: number): string {
  return `#/components/responses/${nameOf(String(status))}`;
}

function nameOf(status: string): string {
  return `Problem${status}`;
}

function text(): object {
  return { schema: { type: 'string' } };
}

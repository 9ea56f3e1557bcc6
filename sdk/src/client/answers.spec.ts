import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FieldProblem, Problem } from './errors.js';
import type { StepStatus } from '../step-status.js';
import type { Saga, SagaStatus, StepView, WaitingFor } from './saga.js';
import { queryOf, type SagaFilter } from './saga-filter.js';
import type { DefinitionWarning, StoredDefinition } from './stored-definition.js';

/*
 * The types of answers are written by hand, for people. These samples have every field of their type, which the compiler
 * checks; that they have every field of the server's schema, and no other, is checked here.
 */

const error = { code: 'rejected', message: 'no', fingerprint: 'f' };
const instant = '2026-11-23T15:08:20.944Z';

const waitingFor: Required<WaitingFor> = { what: 'policy', by: 'breaker', until: instant };

const step: Required<StepView> = {
  name: 'reserve',
  participant: 'inventory',
  saga: 's-2',
  kind: 'pivot',
  status: 'succeeded',
  degraded: true,
  degradedBy: 'cache',
  degradedAge: 60_000,
  output: { id: 7 },
  error,
  attempts: { action: 1, compensation: 0 },
  startedAt: instant,
  compensationStartedAt: instant,
  finishedAt: instant,
  waitingFor,
  nextAttemptAt: instant,
};

const saga: Required<Saga> = {
  id: 's-1',
  definition: 'place-order',
  version: 1,
  status: 'stuck',
  paused: false,
  businessKey: 'o-1',
  tags: { shop: 'north' },
  input: {},
  output: null,
  reason: { code: 'cancelled', message: 'why' },
  stuck: { step: 'reserve', operation: 'compensation', code: 'rejected', message: 'no', since: instant },
  startedAt: instant,
  finishedAt: instant,
  dueAt: instant,
  steps: [step],
  seq: 7,
  parent: { saga: 's-0', step: 'sub' },
  links: { self: '/v1/sagas/s-1' },
  consistency: { synced: false, pending: ['erp'], failed: ['crm'] },
};

const warning: Required<DefinitionWarning> = { pointer: '/steps/0', detail: 'there is no participant x yet' };
const definition: Omit<Required<StoredDefinition>, '~types'> = {
  name: 'place-order',
  version: 1,
  createdAt: instant,
  warnings: [warning],
  links: { self: '/v1/definitions/place-order/versions/1' },
};

const field: Required<FieldProblem> = { pointer: '', detail: 'is missing' };
const problem: Required<Problem> = {
  type: 'urn:skald:problem:invalid-input',
  status: 422,
  code: 'invalid-input',
  title: 'No',
  detail: 'no',
  errors: [field],
};

const filter: Required<SagaFilter> = {
  status: ['running', 'stuck'],
  definition: 'place-order',
  version: 1,
  businessKey: 'o-1',
  tags: { shop: 'north' },
  step: 'reserve',
  participant: 'inventory',
  error: 'f',
  retrying: false,
  paused: true,
  troubleBefore: instant,
  startedAfter: new Date(instant),
  startedBefore: instant,
};

const sagaStatuses: Record<SagaStatus, true> = {
  running: true,
  completed: true,
  compensating: true,
  compensated: true,
  stuck: true,
};
const stepStatuses: Record<StepStatus, true> = {
  pending: true,
  running: true,
  waiting: true,
  succeeded: true,
  failed: true,
  rejected: true,
  unknown: true,
  skipped: true,
  compensating: true,
  compensated: true,
  stuck: true,
};

interface Schema {
  required?: string[];
  additionalProperties?: unknown;
  properties?: Record<string, Schema & { enum?: string[] }>;
}
interface OpenApi {
  components: { schemas: Record<string, Schema> };
  paths: Record<string, Record<string, { parameters: { name: string; in: string }[] }>>;
}

describe('the types of answers', () => {
  const api = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenApi;
  const { schemas } = api.components;
  const strict = JSON.parse(JSON.stringify(api), (_, value: Schema | null) => {
    if (value?.properties && !Array.isArray(value.properties)) {
      return { ...value, required: Object.keys(value.properties), additionalProperties: false };
    }
    return value;
  }) as OpenApi;
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(strict, 'api');

  it.each([
    ['SagaDto', saga],
    ['StepDto', step],
    ['WaitingForDto', waitingFor],
    ['DefinitionDto', definition],
    ['ProblemDto', problem],
  ])('have the fields of %s, all of them and no other', (name, sample) => {
    const fits = ajv.getSchema(`api#/components/schemas/${name}`)!;
    expect([fits(sample), fits.errors]).toEqual([true, null]);
    for (const missing of Object.keys(sample)) {
      expect(fits({ ...sample, [missing]: undefined })).toBe(false);
    }
  });

  it('know every status', () => {
    expect(Object.keys(sagaStatuses).sort()).toEqual(schemas['SagaDto']!.properties!['status']!.enum!.sort());
    expect(Object.keys(stepStatuses).sort()).toEqual(schemas['StepDto']!.properties!['status']!.enum!.sort());
  });

  it('filter by all that the server filters by', () => {
    const names = api.paths['/v1/sagas']!['get']!.parameters.map(({ name }) => name);
    const ours = Object.keys(queryOf(filter)).filter((name) => !name.startsWith('tag.'));
    expect([...ours, 'limit', 'cursor'].sort()).toEqual(names.sort());
    expect(queryOf(filter)).toMatchObject({
      status: 'running,stuck',
      retrying: 'false',
      'tag.shop': 'north',
      startedAfter: instant,
    });
  });
});

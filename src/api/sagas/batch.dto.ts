import { getSchemaPath } from '@nestjs/swagger';
import { ProblemDto } from '../errors/problem.dto.js';
import { SagaDto } from './saga.dto.js';

/** What `POST /v1/sagas/batch` takes. */
export const BATCH = {
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', maxItems: 1_000, items: { $ref: '#/components/schemas/StartSaga' } } },
};

/** One result per item, in order: what the item alone would have been answered. */
export const BATCH_RESULTS = {
  type: 'object',
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      maxItems: 1_000,
      items: {
        type: 'object',
        required: ['status'],
        properties: {
          status: { type: 'integer', description: 'As the item alone would have been answered' },
          replayed: { type: 'boolean', description: 'The saga was started before, under the same key' },
          saga: { $ref: getSchemaPath(SagaDto) },
          problem: { $ref: getSchemaPath(ProblemDto) },
          retryAfter: { type: 'integer', description: 'When the item is worth another try, in seconds' },
        },
      },
    },
  },
};

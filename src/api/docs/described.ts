import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiProperty, getSchemaPath } from '@nestjs/swagger';

const KINDS = ['object', 'array', 'string', 'number', 'boolean', 'null'] as const;

export const ANY_JSON = { anyOf: KINDS.map((type) => (type === 'array' ? { type, items: {} } : { type })) };

const FIELDS_OF_ANY_JSON = Symbol('fields of any JSON');

/** A property that holds any JSON value, `null` included. */
export const AnyJson =
  (description: string, required = true): PropertyDecorator =>
  (type, field) => {
    ApiProperty({ description, required, ...ANY_JSON })(type, field);
    Reflect.defineMetadata(FIELDS_OF_ANY_JSON, [...fieldsOfAnyJson(type), field], type);
  };

/** @param type the prototype of a class, or an instance */
export function fieldsOfAnyJson(type: object): readonly (string | symbol)[] {
  return (Reflect.getMetadata(FIELDS_OF_ANY_JSON, type) as (string | symbol)[] | undefined) ?? [];
}

/**
 * An answer of one page of a list.
 * @param stream media type of the other form it is given in, when that is asked for (`Accept`)
 */
export const ApiPage = (type: Type | 'object', stream?: string): MethodDecorator => {
  const items = type === 'object' ? { type } : { $ref: getSchemaPath(type) };
  const schema = {
    type: 'object',
    required: ['items', 'nextCursor'],
    properties: { items: { type: 'array', items }, nextCursor: { type: ['string', 'null'] } },
  };
  const content = {
    'application/json': { schema },
    ...(stream !== undefined && { [stream]: { schema: { type: 'string' } } }),
  };
  return applyDecorators(...(type === 'object' ? [] : [ApiExtraModels(type)]), ApiOkResponse({ content }));
};

/** `Idempotency-Key` (contract §5). */
export const ApiIdempotencyKey = (): MethodDecorator =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'The same key and body give the same answer, with `Idempotency-Replayed: true`. Kept for 24 h or longer.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  });

/** `If-Match` (RFC 9110). */
export const ApiIfMatch = (): MethodDecorator =>
  ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the saga, which is its `seq`: only if it has not gone on since; else 412.',
    schema: { type: 'string' },
  });

/** `Skald-Reason`: for what has no field for it. */
export const ApiReason = (): MethodDecorator =>
  ApiHeader({
    name: 'Skald-Reason',
    required: false,
    description: 'Why; it is kept in the audit trail.',
    schema: { type: 'string', maxLength: 1_000 },
  });

/** `Prefer: wait=10` (RFC 7240). */
export const ApiPreferWait = (): MethodDecorator =>
  ApiHeader({
    name: 'Prefer',
    required: false,
    description: '`wait=10`: answer when the saga has ended, or after that many seconds (at most 60).',
    schema: { type: 'string' },
  });

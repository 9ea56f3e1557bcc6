import { type } from 'arktype';
import { saga } from './saga.js';
import { validateInput } from './validate-input.js';

test('a schema of arktype goes into the definition, and checks an input before anything is sent', async () => {
  const input = type({ sku: 'string', 'qty?': 'number.integer >= 1' });
  const built = saga('order', { input }).sleep('wait', '1s').build();
  expect(built.toJSON().input).toEqual({
    type: 'object',
    properties: { sku: { type: 'string' }, qty: { type: 'integer', minimum: 1 } },
    required: ['sku'],
  });
  expect(await validateInput(built, { sku: 'a' })).toEqual([]);
  expect(await validateInput(built, { sku: 'a', qty: 0 })).toEqual([
    { pointer: '/input/qty', detail: expect.any(String) as string },
  ]);
});

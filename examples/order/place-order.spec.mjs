import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDefinition } from '@skald/sdk/yaml';
import { placeOrder } from './place-order.mjs';

it('is the same definition in code and in YAML', () => {
  const yaml = readFileSync(resolve('examples/order/place-order.yaml'), 'utf8');
  expect(placeOrder.toJSON()).toEqual(parseDefinition(yaml).toJSON());
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseResilienceFile } from '../../src/participants/resilience-file.js';
import { promotionOrder } from './promotion-order.mjs';

const file = parseResilienceFile(readFileSync(resolve('examples/promotion/resilience.yaml'), 'utf8'));

it('is a resilience file without anything to remark, and knows every participant of the order', () => {
  expect(file).toMatchObject({ warnings: [] });
  const names = file.participants.map(({ name }) => name);
  expect(promotionOrder.toJSON().steps.map(({ participant }) => participant)).toEqual(names);
});

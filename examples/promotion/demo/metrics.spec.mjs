import { seriesOf } from './metrics.mjs';

const page = `# HELP refusals_total Calls that were held back
# TYPE refusals_total counter
refusals_total{participant="payment",reason="shaping"} 12
refusals_total{participant="stock",reason="breaker"} 3
refusals_total_of_another{participant="stock"} 99
up 1
`;

it('reads the series of one metric, and of no other that begins like it', () => {
  expect(seriesOf(page, 'refusals_total')).toEqual([
    { labels: { participant: 'payment', reason: 'shaping' }, value: 12 },
    { labels: { participant: 'stock', reason: 'breaker' }, value: 3 },
  ]);
  expect(seriesOf(page, 'up')).toEqual([{ labels: {}, value: 1 }]);
  expect(seriesOf(page, 'down')).toEqual([]);
});

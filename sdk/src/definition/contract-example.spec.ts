import { parse } from 'yaml';
import type { Definition } from '../../../src/saga/definition.js';
import { CONTRACT_EXAMPLE, parsed } from '../../../test/saga/documents.js';
import { definition } from './built-saga.js';
import { expr } from './expression.js';
import { saga } from './saga.js';
import { typed } from '../standard-schema.js';

/** The example of the contract, with what the builder does not leave to the server to find out, and the other way round. */
function expectedDocument(): unknown {
  const document = parse(CONTRACT_EXAMPLE) as { steps: Record<string, unknown>[] };
  for (const step of document.steps) {
    if (step['name'] === 'charge') delete step['kind'];
    if (step['name'] === 'greet') step['kind'] = 'retriable';
  }
  return document;
}

interface Order {
  readonly sku: string;
  readonly qty: number;
  readonly amount: number;
  readonly newsletter: boolean;
}

/** The same, said with functions where `written` is false. */
const example = (written: boolean) =>
  saga<Order>('place-order', {
    description: 'Reserve, charge, ship',
    input: { type: 'object', required: ['sku', 'qty', 'amount'] },
    deadline: '15m',
  })
    .step('reserve', {
      participant: 'inventory',
      action: {
        path: '/reservations',
        output: typed<{ id: string }>(),
        body: written
          ? "{% {'sku': input.sku, 'qty': input.qty} %}"
          : ({ input }) => ({ sku: input.sku, qty: input.qty }),
      },
      compensation: { path: '/reservations/cancel' },
    })
    .step('charge', {
      participant: 'payment',
      action: {
        path: '/charges',
        body: written
          ? "{% {'amount': input.amount, 'reservation': steps.reserve.output.id} %}"
          : ({ input, steps }) => ({ amount: input.amount, reservation: steps.reserve.output.id }),
      },
      compensation: { path: '/charges/refund' },
      timeout: 5_000,
      retry: { maxAttempts: 8, initialInterval: 100, factor: 2, maxInterval: '60s', jitter: 'full', maxElapsed: '10m' },
      compensationRetry: { maxAttempts: 20, initialInterval: '200ms', factor: 2, maxInterval: '60s' },
    })
    .pivot('ship', {
      participant: 'shipping',
      after: ['charge'],
      action: { path: '/shipments', output: typed<{ tracking: string }>() },
    })
    .retriable('greet', {
      participant: 'mail',
      after: ['ship'],
      optional: true,
      when: ({ input }) => expr`${input.newsletter} = true`,
      fallback: { strategy: 'static_response', response: { sent: false } },
      action: { path: '/mails' },
    })
    .sleep('cool-off', '24h')
    .signal('approval', 'approved', { timeout: '2d' })
    .child('sub', 'ship-order', { input: written ? "{% {'order': saga.id} %}" : ({ saga }) => ({ order: saga.id }) });

test('the example of the reference is said word for word', () => {
  const built = example(true).output("{% {'tracking': steps.ship.output.tracking} %}").build();
  const expected = expectedDocument();
  expect(built.toJSON()).toEqual(expected);
  expect(parse(built.toYAML())).toEqual(expected);
});

test('the example of the reference means the same when its mappings are functions', async () => {
  const said = parsed(
    example(false)
      .output(({ steps }) => ({ tracking: steps.ship.output.tracking }))
      .build()
      .toJSON(),
  );
  const expected = parsed(expectedDocument());
  const scope = {
    input: { sku: 'a', qty: 2, amount: 3, newsletter: true },
    steps: { reserve: done({ id: 'r' }), ship: done({ tracking: 't' }) },
    saga: { id: '1', name: 'place-order', startedAt: '2026-01-01T00:00:00.000Z' },
  };
  const meaningOf = ({ name, deadline, input, steps, output }: Definition): Promise<unknown> =>
    settled({ name, deadline, input, steps, output });
  expect(await meaningOf(said)).toEqual(await meaningOf(expected));

  /** Templates become what they yield. */
  async function settled(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value;
    if ('evaluate' in value) return (value.evaluate as (_: unknown) => unknown)(scope);
    const entries = Object.entries(value).map(async ([key, inner]) => [key, await settled(inner)] as const);
    return Array.isArray(value) ? Promise.all(value.map(settled)) : Object.fromEntries(await Promise.all(entries));
  }
});

test('a definition that is read back is the same, without what the server added', () => {
  const json = example(true).build().toJSON();
  const stored = { ...json, version: 3, createdAt: 'now', warnings: [], links: { self: '/' } };
  const read = definition<Order, null>(stored);
  expect(read.toJSON()).toEqual(json);
  expect(read.name).toBe('place-order');
  expect(definition(read.toJSON()).toYAML()).toBe(read.toYAML());
});

function done(output: unknown): { output: never; status: 'succeeded' } {
  return { output: output as never, status: 'succeeded' };
}

import type { Definition } from '../../src/saga/definition.js';
import { parseDefinition } from '../../src/saga/definition-parser.js';

/** The example of contract §2. */
export const CONTRACT_EXAMPLE = `
name: place-order
description: Reserve, charge, ship
input: { type: object, required: [sku, qty, amount] }
deadline: 15m
steps:
  - name: reserve
    participant: inventory
    action:       { path: /reservations,        body: "{% {'sku': input.sku, 'qty': input.qty} %}" }
    compensation: { path: /reservations/cancel }
  - name: charge
    participant: payment
    action:       { path: /charges, body: "{% {'amount': input.amount, 'reservation': steps.reserve.output.id} %}" }
    compensation: { path: /charges/refund }
    timeout: 5s
    retry: { maxAttempts: 8, initialInterval: 100ms, factor: 2, maxInterval: 60s, jitter: full, maxElapsed: 10m }
    compensationRetry: { maxAttempts: 20, initialInterval: 200ms, factor: 2, maxInterval: 60s }
    kind: compensatable
  - name: ship
    participant: shipping
    after: [charge]
    kind: pivot
    action: { path: /shipments }
  - name: greet
    participant: mail
    after: [ship]
    optional: true
    when: "{% input.newsletter = true %}"
    fallback: { strategy: static_response, response: { sent: false } }
    action: { path: /mails }
  - name: cool-off
    sleep: 24h
  - name: approval
    signal: approved
    timeout: 2d
  - name: sub
    saga: ship-order
    input: "{% {'order': saga.id} %}"
output: "{% {'tracking': steps.ship.output.tracking} %}"
`;

/** The definition that a document is, when it must be one. */
export function parsed(document: unknown): Definition {
  const result = parseDefinition(document);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.definition;
}

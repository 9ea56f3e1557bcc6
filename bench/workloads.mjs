/**
 * What is run: one saga is three HTTP calls (reserve, charge, ship).
 * A: all succeed. B: the third is refused, so the first two are undone in reverse (five calls).
 */

/** @typedef {'action' | 'compensation'} Operation */
/** @typedef {{ step: string, operation: Operation, path: string, code: string }} Call */
/** @typedef {'A' | 'B'} WorkloadName */

/** @type {Record<string, Call>} */
const calls = {
  reserve: { step: 'reserve', operation: 'action', path: '/reservations', code: 'r' },
  charge: { step: 'charge', operation: 'action', path: '/charges', code: 'c' },
  ship: { step: 'ship', operation: 'action', path: '/shipments', code: 's' },
  refuse: { step: 'ship', operation: 'action', path: '/shipments/refused', code: 'x' },
  refund: { step: 'charge', operation: 'compensation', path: '/charges/refund', code: 'C' },
  release: { step: 'reserve', operation: 'compensation', path: '/reservations/cancel', code: 'R' },
};

/** Every call a participant knows, by path. */
export const callByPath = new Map(Object.values(calls).map((call) => [call.path, call]));

/**
 * @param {string} name
 * @param {string} shipPath
 */
function definitionWith(name, shipPath) {
  return {
    name,
    steps: [
      {
        name: 'reserve',
        participant: 'inventory',
        action: { path: calls.reserve.path },
        compensation: { path: calls.release.path },
      },
      {
        name: 'charge',
        participant: 'payment',
        action: { path: calls.charge.path },
        compensation: { path: calls.refund.path },
      },
      { name: 'ship', participant: 'shipping', kind: 'pivot', action: { path: shipPath } },
    ],
  };
}

/**
 * @typedef {object} Workload
 * @property {WorkloadName} name
 * @property {Call[]} calls the calls of one saga, in the only right order
 * @property {{ name: string, steps: object[] }} definition the same work as a Skald definition
 * @property {string} outcome the status a saga must end in
 */

/** @type {Record<WorkloadName, Workload>} */
export const workloads = {
  A: {
    name: 'A',
    calls: [calls.reserve, calls.charge, calls.ship],
    definition: definitionWith('bench-a', calls.ship.path),
    outcome: 'completed',
  },
  B: {
    name: 'B',
    calls: [calls.reserve, calls.charge, calls.refuse, calls.refund, calls.release],
    definition: definitionWith('bench-b', calls.refuse.path),
    outcome: 'compensated',
  },
};

/** The participants that the definitions name; one process plays all of them. */
export const participantNames = ['inventory', 'payment', 'shipping'];

/**
 * The input of the n-th saga, about 200 bytes as JSON. Every action is called with it.
 * @param {number} n
 */
export function orderInput(n) {
  return {
    order: `order-${n}`,
    sku: `sku-${String(n % 1000).padStart(4, '0')}`,
    qty: 1 + (n % 3),
    amount: 4999,
    currency: 'EUR',
    customer: { name: 'Ada Lovelace', email: 'ada@example.org' },
    address: { street: '12 St James Square', city: 'London', zip: 'SW1Y 4JH' },
  };
}

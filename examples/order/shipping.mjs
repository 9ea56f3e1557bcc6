import { run } from './participant.mjs';

export const shipping = {
  name: 'shipping',
  actions: {
    '/bookings': ({ address }, ledger) => {
      const id = `slot-${ledger.entries.length + 1}`;
      return { what: `courier booked for ${address}`, output: { id }, data: { id, address } };
    },
    '/shipments': ({ booking }, ledger) => {
      const tracking = `SK${String(ledger.entries.length + 1).padStart(6, '0')}`;
      return { what: `handed over, tracking ${tracking}`, output: { tracking }, data: { tracking, booking } };
    },
  },
  compensations: {
    '/bookings/cancel': ({ data }) => ({ what: `courier for ${data.address} called off` }),
  },
};

if (import.meta.filename === process.argv[1]) run(shipping, 8093);

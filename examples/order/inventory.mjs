import { Refusal, run } from './participant.mjs';

const STOCK = { laptop: 5, phone: 2, book: 100 };

/** What is left: the stock at the start, less what was reserved, plus what was given back. */
function available(sku, ledger) {
  let left = STOCK[sku] ?? 0;
  for (const { outcome, data } of ledger.entries) if (outcome === 'applied' && data.sku === sku) left -= data.qty;
  for (const { outcome, saga, step } of ledger.entries) {
    if (outcome !== 'undone') continue;
    const { data } = ledger.entries.find((e) => e.outcome === 'applied' && e.saga === saga && e.step === step);
    if (data.sku === sku) left += data.qty;
  }
  return left;
}

export const inventory = {
  name: 'inventory',
  actions: {
    '/reservations': ({ sku, qty }, ledger) => {
      const left = available(sku, ledger);
      if (qty > left) throw new Refusal(`${qty} × ${sku} wanted, ${left} left`);
      const id = `res-${ledger.entries.length + 1}`;
      return { what: `${qty} × ${sku} reserved`, output: { id }, data: { id, sku, qty } };
    },
  },
  compensations: {
    '/reservations/cancel': ({ data }) => ({ what: `${data.qty} × ${data.sku} back on the shelf` }),
  },
};

if (import.meta.filename === process.argv[1]) run(inventory, 8091);

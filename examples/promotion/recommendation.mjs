import { enter } from '../order/ledger.mjs';
import { serve } from '../order/service.mjs';

const goesWith = { laptop: ['sleeve', 'mouse'], phone: ['case', 'charger'] };

await serve('recommendation', { port: 8104, tables: '' }, (recommendation) => {
  recommendation.action('/recommendations', async (call, tx) => {
    const { customer, sku } = call.body;
    const items = goesWith[sku] ?? ['mug'];
    await enter(tx, call, `${items.join(', ')} for ${customer}`);
    return { items };
  });
});

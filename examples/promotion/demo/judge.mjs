/** @typedef {{ participant: string, entry: import('../../order/ledger.mjs').Entry }} Line */

/**
 * Judges by the services' ledgers, and by nothing that Skald says of itself but how each order has ended.
 *
 * @param {ReadonlySet<string>} accepted sagas that customers were told are accepted
 * @param {ReadonlyMap<string, { status: string, degraded: ReadonlySet<string> }>} ended sagas that have ended, and their
 *   steps for which something stood in
 * @param {Line[]} lines oldest first
 * @returns {{ lost: string[], wrong: string[] }} `lost`: accepted, and not ended. `wrong`: sentences
 */
export function judge(accepted, ended, lines) {
  const pages = pagesOf(lines);
  const wrong = [...pages.keys()].filter((saga) => !accepted.has(saga)).map((saga) => `${saga}: nobody ordered this`);
  for (const [saga, { status, degraded }] of ended) {
    const page = pages.get(saga) ?? [];
    const faults = status === 'completed' ? faultsOfCompleted(page, degraded) : faultsOfCompensated(page);
    wrong.push(...faults.map((fault) => `${saga} (${status}): ${fault}`));
  }
  return { lost: [...accepted].filter((saga) => !ended.has(saga)), wrong };
}

/** What took effect in each saga, such as `charge` or `reserve undone`, in its order. */
function pagesOf(lines) {
  const pages = new Map();
  for (const { entry } of lines) {
    if (entry.outcome !== 'applied' && entry.outcome !== 'undone') continue;
    const page = pages.get(entry.saga) ?? [];
    page.push(entry.outcome === 'applied' ? entry.step : `${entry.step} undone`);
    pages.set(entry.saga, page);
  }
  return pages;
}

function faultsOfCompleted(page, degraded) {
  const faults = ['reserve', 'charge', 'grant', 'recommend'].flatMap((step) => {
    const times = count(page, step);
    // An attempt whose answer was lost may have worked all the same, and then something stood in for it.
    const isRight = times === 1 || (times === 0 && degraded.has(step));
    return isRight ? [] : [`${step} took effect ${times} times`];
  });
  if (page.some((effect) => effect.endsWith('undone'))) faults.push('something was undone');
  if (count(page, 'grant') > 0 && page.indexOf('grant') < page.indexOf('charge')) faults.push('the coupon came first');
  return faults;
}

function faultsOfCompensated(page) {
  const faults = page.filter((effect) => !effect.startsWith('reserve')).map((effect) => `${effect} took effect`);
  if (count(page, 'reserve') !== count(page, 'reserve undone')) faults.push('the goods are still set aside');
  return faults;
}

const count = (page, effect) => page.filter((other) => other === effect).length;

import { setTimeout as sleep } from 'node:timers/promises';
import { readMetrics, seriesOf } from './metrics.mjs';

/** Shorter (ms) than any breaker stays open, so that none opens unseen, as long as Skald answers. */
const INTERVAL = 500;
const OPEN = 2;

/** @typedef {{ openings: Map<string, number>, mostOpen: number }} Seen */

/**
 * Looks at the metrics of Skald until it is told to stop.
 * @param {string} skald its URL
 * @param {AbortSignal} signal
 * @param {(open: number, breakers: string[]) => void} tell the sagas that are open, and whose breakers are
 * @returns {Promise<Seen>} how often each participant's breaker opened, and the most sagas that were open at a time
 */
export async function watch(skald, signal, tell) {
  const openings = new Map();
  let open = new Set();
  let mostOpen = 0;
  while (!signal.aborted) {
    const page = await readMetrics(skald).catch(() => null);
    if (page !== null) {
      const now = new Set(openBreakers(page));
      for (const name of now) if (!open.has(name)) openings.set(name, (openings.get(name) ?? 0) + 1);
      open = now;
      const sagas = seriesOf(page, 'skald_sagas_open').reduce((sum, { value }) => sum + value, 0);
      mostOpen = Math.max(mostOpen, sagas);
      tell(sagas, [...now]);
    }
    await sleep(INTERVAL, undefined, { signal }).catch(() => {});
  }
  return { openings, mostOpen };
}

function openBreakers(page) {
  const states = seriesOf(page, 'skald_breaker_state');
  return states.filter(({ value }) => value === OPEN).map(({ labels }) => labels.participant);
}

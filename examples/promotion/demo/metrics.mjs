/**
 * The series of one metric in a page of Prometheus' text format.
 * @param {string} page
 * @param {string} name
 * @returns {{ labels: Record<string, string>, value: number }[]}
 */
export function seriesOf(page, name) {
  return [...page.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))].map(([, labels = '', value]) => ({
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text])),
    value: Number(value),
  }));
}

/**
 * @param {string} skald its URL
 * @returns {Promise<string>} what `GET /metrics` says now
 */
export async function readMetrics(skald) {
  const answer = await fetch(`${skald}/metrics`, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`GET /metrics: ${answer.status}`);
  return answer.text();
}

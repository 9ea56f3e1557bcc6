import type { EndpointStateDto } from './board.dto.js';

/**
 * Each endpoint once: those that are configured first, in their order; then those that processes still have calls at.
 * It is ejected until the last process takes it back, and healthy if all that look at it find so.
 */
export function mergedEndpoints(
  configured: readonly { readonly url: string; readonly weight: number }[],
  told: readonly EndpointStateDto[],
): EndpointStateDto[] {
  const weights = sum(configured.map(({ weight }) => weight));
  const shares = new Map(configured.map(({ url, weight }) => [url, (100 * weight) / weights]));
  const urls = new Set([...shares.keys(), ...told.map(({ url }) => url)]);
  return [...urls].map((url) => {
    const views = told.filter((view) => view.url === url);
    return {
      url,
      inFlight: sum(views.map(({ inFlight }) => inFlight)),
      latencyMs: mean(views.flatMap(({ latencyMs }) => latencyMs ?? [])),
      // Instants as RFC 3339 in UTC sort as they are.
      ejectedUntil:
        views
          .flatMap(({ ejectedUntil }) => ejectedUntil ?? [])
          .sort()
          .at(-1) ?? null,
      healthy: views.every(({ healthy }) => healthy),
      share: mean(views.map(({ share }) => share)) ?? shares.get(url) ?? 0,
      slowStart: views.some(({ slowStart }) => slowStart),
      panic: views.some(({ panic }) => panic),
    };
  });
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** @param {number[]} values @returns {number} NaN for none */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * The smallest value that at least `share` of the values don't exceed (nearest rank).
 * @param {number[]} values
 * @param {number} share 0 to 1
 * @returns {number} NaN for none
 */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

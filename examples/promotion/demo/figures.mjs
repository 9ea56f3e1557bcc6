/**
 * The smallest of the values that so many per cent of them do not exceed; 0 of none.
 * @param {number[]} values
 * @param {number} p per cent
 */
export function percentile(values, p) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * p) / 100) - 1)] ?? 0;
}

/** How often each occurs. @param {string[]} words @returns {Record<string, number>} */
export function tally(words) {
  const counts = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

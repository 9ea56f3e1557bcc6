/** The report for people. @param {ReturnType<typeof import('./report.mjs').reportOn>} report */
export function tables({ accept, sagas, drained, degraded, services, faults }) {
  const { completed = 0, compensated = 0, lost, mostOpen } = sagas;
  return [
    columns([
      [
        'accepted',
        `${accept.accepted} orders`,
        `${accept.givenUp} given up; refused before: ${words(accept.refusals)}`,
      ],
      [
        'accept time',
        `p50 ${accept.p50} ms`,
        `p99 ${accept.p99} ms, in the surge ${accept.p99InSurge} ms, max ${accept.max} ms`,
      ],
      [
        'ended',
        `${completed} completed`,
        `${compensated} compensated, ${lost} lost; at most ${mostOpen} open at a time`,
      ],
      [
        'drained',
        `${drained.orders ?? '–'} s`,
        `after the surge; payments ${drained.payments} s, coupons ${drained.coupons} s`,
      ],
      ['degraded', words(degraded)],
    ]),
    columns([
      ['service', 'capacity', 'served', 'turned away', 'longest line', 'effects', 'breaker opened', 'held back by'],
      ...services.map((service) => [
        service.name,
        `${service.capacityPerSecond}/s`,
        ...['served', 'turnedAway', 'longestLine', 'effects', 'breakerOpenings'].map((field) => String(service[field])),
        words(service.refusals),
      ]),
    ]),
    faults.length === 0
      ? '  ✓ nothing lost, every effect once, every coupon after its payment'
      : faults
          .slice(0, 20)
          .map((fault) => `  ✗ ${fault}`)
          .join('\n'),
  ].join('\n\n');
}

const words = (counts) =>
  Object.entries(counts)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ') || 'none';

/** Rows whose cells stand below one another; the last of a row may be of any length. @param {string[][]} rows */
function columns(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => (i < row.length - 1 ? row[i].length : 0))));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd()).join('\n');
}

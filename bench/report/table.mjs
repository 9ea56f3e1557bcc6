/** The figures as text for a terminal. */

/**
 * Columns as wide as they need to be; the first to the left, the others to the right.
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function layOut(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** @param {number | null | undefined} value @param {number} [digits] */
function figure(value, digits = 0) {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * @param {import('./summary.mjs').Summary[]} summaries
 * @param {import('../workloads.mjs').WorkloadName} workload
 */
export function saturationTable(summaries, workload) {
  const head = ['', 'sagas/s', 'min–max', '× L3', 'engine CPU', 'node', 'Postgres', 'Redis', 'particip.', 'driver'];
  head.push('WAL B', 'commits', 'Redis cmds', 'accept p50/p99', 'others');
  const rows = summaries.flatMap(({ name, title, workloads }) => {
    const f = workloads[workload];
    if (!f) return [];
    const { node, postgres, redis, participant, driver } = f.cpuMsPerSaga ?? {};
    const { median, min, max } = f.sagasPerSecond;
    return [
      [
        `${name}: ${title}`,
        ...[figure(median), `${figure(min)}–${figure(max)}`, figure(f.ratioToL3, 2), figure(f.engineCpuMsPerSaga, 2)],
        ...[node, postgres, redis, participant, driver].map((ms) => figure(ms, 2)),
        ...[figure(f.walBytesPerSaga), figure(f.writeTransactionsPerSaga, 2), figure(f.redisCommandsPerSaga, 2)],
        f.acceptMs ? `${figure(f.acceptMs.p50)}/${figure(f.acceptMs.p99)} ms` : '',
        f.foreignShare === null ? '' : `${figure(f.foreignShare * 100)} %`,
      ],
    ];
  });
  return layOut(head, rows);
}

/** @param {import('./summary.mjs').Summary[]} summaries */
export function lightTable(summaries) {
  const rows = summaries.flatMap(({ name, title, light }) =>
    light
      ? [[`${name}: ${title}`, String(light.sagas), figure(light.p50, 1), figure(light.p99, 1), figure(light.max, 1)]]
      : [],
  );
  return layOut(['', 'sagas', 'p50 ms', 'p99 ms', 'max ms'], rows);
}

/** A bar chart of sagas per second as SVG: a bar per contestant and workload, a whisker from the slowest to the fastest round. */

const colours = { A: '#3b6ea5', B: '#c98a2b' };
const left = 230;
const barLength = 520;
const barHeight = 16;

const escape = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/**
 * @param {import('./summary.mjs').Summary[]} summaries
 * @param {string} caption what it was measured on
 */
export function drawChart(summaries, caption) {
  const top = Math.max(
    ...summaries.flatMap(({ workloads }) => Object.values(workloads).map((f) => f.sagasPerSecond.max)),
  );
  const x = (/** @type {number} */ rate) => Math.round(left + (rate / top) * barLength);
  let y = 56;
  /** @type {string[]} */
  const marks = [];
  for (const { name, title, workloads } of summaries) {
    const bars = /** @type {['A' | 'B', import('./summary.mjs').Figures][]} */ (Object.entries(workloads));
    const middle = y + (bars.length * barHeight) / 2 + 4;
    marks.push(`<text x="${left - 10}" y="${middle}" text-anchor="end">${escape(`${name}: ${title}`)}</text>`);
    for (const [workload, { sagasPerSecond: rate, ratioToL3 }] of bars) {
      const centre = y + barHeight / 2 - 1;
      const label = `${Math.round(rate.median).toLocaleString('en-US')}/s${ratioToL3 === null ? '' : ` · ${ratioToL3.toFixed(2)} × L3`}`;
      marks.push(
        `<rect x="${left}" y="${y}" width="${x(rate.median) - left}" height="${barHeight - 2}" fill="${colours[workload]}"/>`,
        `<path d="M${x(rate.min)} ${centre}H${x(rate.max)}" stroke="currentColor" stroke-width="1.5"/>`,
        `<text x="${x(rate.max) + 8}" y="${centre + 4}">${label}</text>`,
      );
      y += barHeight;
    }
    y += 14;
  }
  const key = [
    `<rect x="${left}" y="30" width="12" height="12" fill="${colours.A}"/><text x="${left + 18}" y="40">A: three steps succeed</text>`,
    `<rect x="${left + 180}" y="30" width="12" height="12" fill="${colours.B}"/><text x="${left + 198}" y="40">B: the third is refused, two are undone</text>`,
  ];
  const width = left + barLength + 170;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 24}" width="${width}" font-family="system-ui, sans-serif" font-size="12" color="#555" fill="#555" role="img" aria-label="Sagas per second">`,
    `<text x="${left}" y="18" font-size="14" font-weight="600">Sagas per second at saturation (median; line: slowest to fastest round)</text>`,
    ...key,
    ...marks,
    `<text x="${left}" y="${y + 12}" font-size="11">${escape(caption)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

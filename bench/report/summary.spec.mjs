import { drawChart } from './chart.mjs';
import { percentile } from './statistics.mjs';
import { summarise } from './summary.mjs';
import { saturationTable } from './table.mjs';

const run = (sagasPerSecond) => ({
  sagas: 100,
  seconds: 100 / sagasPerSecond,
  sagasPerSecond,
  cpuMsPerSaga: null,
  engineCpuMsPerSaga: null,
  foreignShare: null,
  walBytesPerSaga: 1000,
  writeTransactionsPerSaga: 0.1,
});
const measured = [
  { name: 'L3', title: 'group commit', runs: { A: [run(1000), run(2000), run(4000)] } },
  { name: 'redis', title: 'Skald <&>', runs: { A: [run(500), run(800), run(2400)] } },
];

describe('the summary of a bench', () => {
  it('compares with L3 of the same round, so that a slow machine does not bear on the ratio', () => {
    const [, redis] = summarise(measured);
    expect(redis.workloads.A.ratioToL3).toBe(0.5);
    expect(redis.workloads.A.sagasPerSecond).toEqual({ median: 800, min: 500, max: 2400 });
  });

  it('reports no ratio when L3 was not measured', () => {
    expect(summarise([measured[1]])[0].workloads.A.ratioToL3).toBeNull();
  });

  it('can be shown where no CPU time is to be had', () => {
    const summaries = summarise(measured);
    expect(saturationTable(summaries, 'A')).toMatch(/redis: Skald <&> +800 +500–2,400 +0\.50/);
    expect(drawChart(summaries, 'a < b')).toMatch(/a &#60; b/);
  });

  it('takes the nearest rank for a percentile', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  });
});

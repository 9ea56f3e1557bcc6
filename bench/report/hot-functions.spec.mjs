import { hotFunctions, packageOf } from './hot-functions.mjs';

const node = (id, functionName, url, children = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 0 },
  children,
});
const profile = {
  nodes: [
    node(1, '(root)', '', [2, 5]),
    node(2, 'drive', 'file:///app/dist/engine/driver.js', [3, 4]),
    node(3, 'query', 'file:///app/node_modules/pg/lib/client.js'),
    node(4, 'drive', 'file:///app/dist/engine/driver.js'),
    node(5, '(idle)', ''),
  ],
  startTime: 0,
  endTime: 10_000,
  samples: [2, 3, 4, 5, 5],
  timeDeltas: [1000, 1000, 2000, 3000, 3000],
};

describe('hot functions', () => {
  it('counts time without callees, with callees and per package, and leaves idle out', () => {
    const { busyMs, packages, self, total } = hotFunctions(profile);
    expect(busyMs).toBe(6);
    expect(packages.map(({ name, ms }) => [name, ms])).toEqual([
      ['skald/engine', 4],
      ['pg', 2],
    ]);
    expect(self.map(({ name, ms }) => [name, ms])).toEqual([
      ['drive driver.js:1', 4],
      ['query client.js:1', 2],
    ]);
    // A function that calls itself is counted once.
    expect(total.map(({ name, ms }) => [name, ms])[0]).toEqual(['drive driver.js:1', 6]);
  });

  it('counts only what was sampled inside the window', () => {
    expect(hotFunctions(profile, { from: 1500, to: 2500 }).busyMs).toBe(2);
  });

  it.each([
    ['file:///app/node_modules/@nestjs/core/router.js', '@nestjs/core'],
    ['file:///app/node_modules/a/node_modules/b/index.js', 'b'],
    ['file:///app/dist/store/journal.js', 'skald/store'],
    ['node:internal/process/task_queues', 'node:process'],
    ['', 'native'],
  ])('takes %s for a part of %s', (url, owner) => {
    expect(packageOf({ url, functionName: 'f', lineNumber: 0 })).toBe(owner);
  });
});

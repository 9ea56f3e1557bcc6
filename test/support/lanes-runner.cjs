const { default: TestRunner } = require('jest-runner');

/** The files that take longest, in this order: one of them that began last would leave the other cores idle. */
const LONG = [
  /barrier\/interleavings/,
  /sdk\/test\/package/,
  /client\.e2e/,
  /blackbox\/waiting/,
  /engine\/peers/,
  /participants-board\.e2e/,
  /limits\/limiter\./,
  /engine\/engine\.int/,
  /\.e2e\./,
  /\.int\./,
];

/** Where order and pace are looked at: neighbours would be noise. */
const ALONE = /\/test\/(policies|promotion)\//;

/** How many files one worker takes at a time. */
const PORTION = 12;

/**
 * One lane for each worker. The first lane begins with the files of the project `faults`, one after the other: they start
 * and kill many processes, so never two of them at the same time. The other lanes run everything else meanwhile, the
 * longest first, and whichever lane is free takes the next portion. Those that look at what comes first or how fast have
 * the machine to themselves, when all lanes are done.
 */
module.exports = class LanesRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    const alone = tests.filter(({ path }) => ALONE.test(path));
    const faults = tests.filter((test) => isFault(test) && !alone.includes(test));
    const others = longestFirst(tests.filter((test) => !isFault(test)));
    const isShort = options.serial || faults.length + alone.length === 0;
    if (isShort) return super.runTests([...others, ...faults, ...alone], watcher, options);

    const lanes = this._globalConfig.maxWorkers;
    this._globalConfig = { ...this._globalConfig, maxWorkers: 1 }; // in each lane
    const portions = inPortions(others).values();
    const lane = async (first) => {
      if (first.length > 0) await super.runTests(first, watcher, options);
      for (const portion of portions) {
        if (watcher.isInterrupted()) return;
        await super.runTests(portion, watcher, options);
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, i) => lane(i === 0 ? faults : [])));
    if (alone.length > 0 && !watcher.isInterrupted()) await super.runTests(alone, watcher, options);
  }
};

function isFault({ context }) {
  return context.config.displayName?.name === 'faults';
}

/** By {@link LONG}; Jest's own order, by the last run's times or by size, among those of one rank. */
function longestFirst(tests) {
  const rank = ({ path }) => {
    const found = LONG.findIndex((pattern) => pattern.test(path));
    return found === -1 ? LONG.length : found;
  };
  return tests.toSorted((a, b) => rank(a) - rank(b));
}

function inPortions(tests) {
  return Array.from({ length: Math.ceil(tests.length / PORTION) }, (_, i) =>
    tests.slice(i * PORTION, (i + 1) * PORTION),
  );
}

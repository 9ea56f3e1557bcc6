import path from 'node:path';

/** How long (ms) the databases of a run may take to be dropped. A run that hangs after that fails instead. */
const PATIENCE = 60_000;

/** Ends a run with what was skipped, by name, and one line that a script can read: `N passed, N failed[, N skipped]`. */
export default class LastLineReporter {
  onRunComplete(_contexts, results) {
    const skipped = new Map();
    for (const { testResults, testFilePath } of results.testResults) {
      for (const { status, ancestorTitles, title } of testResults) {
        if (status !== 'pending' && status !== 'todo') continue;
        const name = `${ancestorTitles[0] ?? title}  (${path.relative(process.cwd(), testFilePath)})`;
        skipped.set(name, (skipped.get(name) ?? 0) + 1);
      }
    }
    const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
    // A file that could not even be loaded is a failure, though it holds no failed test.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const lines = [...skipped].map(([name, count]) => `skipped ${count} of: ${name}`);
    lines.push(`${results.numPassedTests} passed, ${failed} failed${total > 0 ? `, ${total} skipped` : ''}`);
    setTimeout(() => {
      process.stderr.write('The tests are over, but something they left behind keeps this process alive.\n');
      process.exit(1);
    }, PATIENCE).unref();
    // Jest prints its own summary after all reporters; only at the exit is there nothing more to come.
    process.once('exit', () => process.stdout.write(`\n${lines.join('\n')}\n`));
  }
}

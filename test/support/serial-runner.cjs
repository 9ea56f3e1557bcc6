const { default: TestRunner } = require('jest-runner');

/** Runs one test file after the other, and none beside them: suites that start whole processes need the machine to themselves. */
module.exports = class SerialRunner extends TestRunner {
  isSerial = true;
};

/**
 * Jest runs in CommonJS mode: swc turns our modules, and those dependencies that ship ES modules only, into CommonJS.
 * (Jest's own ESM mode cannot load a CommonJS package that requires an ES module such as `@nestjs/core`.)
 *
 * Projects, by the file suffix: `unit` is pure, `int` talks to a real Postgres, Redis or HTTP server, `e2e` starts whole
 * processes. Those of them that kill processes under load, or overrun them, are `faults`: they run one file after the
 * other, beside all the rest.
 */
const esmOnly = [
  '@nestjs/',
  'file-type',
  'token-types',
  'strtok3',
  'uint8array-extras',
  '@tokenizer/',
  '@borewit/',
  'cookie',
  'content-disposition',
  'uuidv7',
  'jose',
  'arktype',
  '@ark/',
  'arkregex',
];

const typescript = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

const javascript = {
  swcrc: false,
  isModule: 'unknown',
  jsc: { target: 'es2023', keepClassNames: true },
  module: { type: 'commonjs' },
};

const project = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  runner: '<rootDir>/test/support/lanes-runner.cjs',
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/sdk/dist/',
    '<rootDir>/cli/dist/',
    '<rootDir>/examples/[^/]+/dist/',
  ],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Tests of this repository use the SDK's source; what is published is tested as a package.
    '^@skald/sdk$': '<rootDir>/sdk/src/index.ts',
    '^@skald/sdk/(\\w+)$': '<rootDir>/sdk/src/$1/index.ts',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', typescript], '^.+\\.m?js$': ['@swc/jest', javascript] },
  transformIgnorePatterns: [`/node_modules/(?!(.*/node_modules/)?(${esmOnly.join('|')}))`],
};

const withServices = {
  ...project,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

/** Where processes are killed and frozen under load, or overrun. */
const withFaults = ['/test/crash/', '/test/bank/', '/test/policies/', '/test/promotion/'];

const roots = '<rootDir>/{src,test,sdk,cli,examples,bench}';

export default {
  // Much of the time goes into waiting for Postgres and other processes, so no core is left to them alone.
  maxWorkers: '100%',
  // A test that hangs ends some time; one that has much to compute on a busy machine is let finish.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/support/reporter.mjs'],
  projects: [
    {
      ...project,
      displayName: 'unit',
      testMatch: [`${roots}/**/*.spec.{ts,mjs}`],
      testPathIgnorePatterns: ['/node_modules/', '\\.(int|e2e)\\.spec\\.'],
    },
    { ...withServices, displayName: 'int', testMatch: [`${roots}/**/*.int.spec.{ts,mjs}`] },
    {
      ...withServices,
      displayName: 'e2e',
      testMatch: [`${roots}/**/*.e2e.spec.{ts,mjs}`],
      testPathIgnorePatterns: ['/node_modules/', ...withFaults],
    },
    {
      ...withServices,
      displayName: 'faults',
      testMatch: withFaults.map((folder) => `<rootDir>${folder}**/*.e2e.spec.ts`),
    },
  ],
};

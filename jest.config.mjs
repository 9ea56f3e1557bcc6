/**
 * Jest runs in CommonJS mode: swc turns our modules, and those dependencies that ship ES modules only, into CommonJS.
 * (Jest's own ESM mode cannot load a CommonJS package that requires an ES module such as `@nestjs/core`.)
 *
 * Three projects, named by the file suffix: `unit` is pure, `int` talks to a real Postgres, Redis or HTTP server,
 * `e2e` starts whole processes and therefore runs alone, one file after the other.
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
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', typescript], '^.+\\.m?js$': ['@swc/jest', javascript] },
  transformIgnorePatterns: [`/node_modules/(?!(.*/node_modules/)?(${esmOnly.join('|')}))`],
};

const withServices = {
  ...project,
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

const roots = '<rootDir>/{src,test,sdk,examples,bench}';

export default {
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
      runner: '<rootDir>/test/support/serial-runner.cjs',
    },
  ],
};

/*
 * The folders of `src/` and the arrows between them:
 *
 *     api, worker                  two ways in
 *     engine                       the only place that coordinates
 *     participants, store, queue   three ways out, which never import one another
 *     saga                         the rules of sagas, pure
 *
 * `config` may be read by everybody but `saga`, and imports nothing. `main.ts` and the modules beside it put it together.
 */

const MAY_IMPORT = {
  saga: [],
  config: [],
  store: ['saga', 'config'],
  queue: ['saga', 'config'],
  participants: ['saga', 'config'],
  engine: ['participants', 'store', 'queue', 'saga', 'config'],
  worker: ['engine', 'queue', 'saga', 'config'],
  // Of `participants` only what parses, checks and describes one.
  api: ['engine', 'store', 'participants', 'saga', 'config'],
};

/** Libraries that have one home each. */
const HOMES = [
  { library: ['typeorm'], home: '^src/store/' },
  // BullMQ's own Postgres backend takes a pool, so the queue makes one.
  { library: ['pg', 'pg-[^/]+'], home: '^src/(store/|queue/postgres-backend\\.ts$)' },
  { library: ['bullmq', 'ioredis'], home: '^src/queue/' },
  { library: ['undici', 'standardwebhooks'], home: '^src/participants/' },
  {
    library: ['fastify', '@fastify/[^/]+', '@nestjs/swagger', '@nestjs/platform-fastify', 'express'],
    home: '^src/(api/|main\\.ts$)',
  },
];

const SPEC = '\\.spec\\.ts$';

const layers = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-looks-down-only`,
  comment: `src/${folder} may import ${allowed.join(', ') || 'nothing of ours but itself'}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: SPEC },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
}));

const homes = HOMES.map(({ library, home }) => ({
  name: `${library[0].replace(/\W/g, '')}-has-one-home`,
  comment: `${library.join(', ')} may only be imported in ${home}.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [home, SPEC] },
  to: { path: `node_modules/(${library.join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers,
    ...homes,
    {
      name: 'saga-is-pure',
      comment: 'src/saga may use jsonata, ajv and ajv-formats, and nothing that reads a clock, a file or a network.',
      severity: 'error',
      from: { path: '^src/saga/', pathNot: SPEC },
      to: { pathNot: ['^src/', 'node_modules/(jsonata|ajv|ajv-formats)/'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'src-stands-alone',
      comment: 'The server imports neither the SDK nor tests, examples or the bench.',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { path: '^(sdk|cli|test|examples|bench|scripts)/' },
    },
    {
      name: 'sdk-stands-alone',
      comment:
        'The SDK imports nothing of the server; only its test kit runs the rules of sagas themselves (src/saga), and is compiled with them.',
      severity: 'error',
      from: { path: '^sdk/src/', pathNot: ['^sdk/src/testing/', SPEC] },
      to: { path: '^(src|test|examples|bench|scripts)/' },
    },
    {
      name: 'test-kit-runs-the-rules-of-sagas',
      severity: 'error',
      from: { path: '^sdk/src/testing/', pathNot: SPEC },
      to: { path: '^(src/(?!saga/)|test/|examples/|bench/|scripts/)' },
    },
    {
      name: 'sdk-depends-on-nothing',
      comment:
        'No runtime dependencies: frameworks and databases are known by their shape. Each other library has one home.',
      severity: 'error',
      from: { path: '^sdk/src/(?!nestjs/|yaml/|testing/)', pathNot: SPEC },
      to: { dependencyTypesNot: ['local', 'core', 'type-only'], pathNot: '^sdk/src/' },
    },
    {
      name: 'sdk-core-is-loaded-without-its-extras',
      comment: 'What needs an optional peer is imported by its own path.',
      severity: 'error',
      from: { path: '^sdk/src/(?!nestjs/|yaml/|testing/)', pathNot: SPEC },
      to: { path: '^sdk/src/(nestjs|yaml|testing)/' },
    },
    {
      name: 'cli-is-a-client',
      comment: 'The command line knows Skald by its SDK alone.',
      severity: 'error',
      from: { path: '^cli/', pathNot: SPEC },
      to: { path: '^(src|test|examples|bench|scripts)/' },
    },
    {
      name: 'specs-are-nobodys-business',
      severity: 'error',
      from: { pathNot: SPEC },
      to: { path: SPEC },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // What scripts use of the compiled server is there only after a build.
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

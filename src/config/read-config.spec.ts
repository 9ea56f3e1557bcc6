import { inspect } from 'node:util';
import fc from 'fast-check';
import { knownVariables } from './from-env.js';
import { ConfigError, readConfig, unguarded } from './read-config.js';

const KEYS = 'admin:correct-horse-battery,viewer:staple-staple-staple';
const ISSUER = { SKALD_JWT_ISSUER: 'https://id.example/', SKALD_JWT_AUDIENCE: 'skald' };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('reading the configuration', () => {
  it('needs nothing: an empty environment gives a server on this machine only', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      databaseUrl: null,
      redisUrl: null,
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:8080',
      role: 'all',
      lease: 10_000,
      sweepInterval: 1_000,
      retention: null,
      bodyLimit: 1_048_576,
      drainTimeout: 25_000,
    });
    expect(config.warnings).toEqual([expect.stringContaining('SKALD_API_KEYS')]);
  });

  it('counts a variable that is set to nothing as not set', () => {
    expect(readConfig({ PORT: '', REDIS_URL: ' ', SKALD_API_KEYS: '' })).toMatchObject({
      port: 8080,
      redisUrl: null,
      apiKeys: [],
    });
  });

  it.each([
    [{ SKALD_LEASE: '1.5s' }, { lease: 1_500 }],
    [{ SKALD_RETENTION: '30d' }, { retention: 30 * 86_400_000 }],
    [{ SKALD_BODY_LIMIT: '64KiB' }, { bodyLimit: 65_536 }],
    [{ SKALD_BODY_LIMIT: '2048' }, { bodyLimit: 2_048 }],
    [{ SKALD_CRASH_AT: 'before-append:3' }, { crashAt: { point: 'before-append', pass: 3 } }],
    [{ SKALD_CRASH_AT: 'after-wake' }, { crashAt: { point: 'after-wake', pass: 1 } }],
    [{ SKALD_ALLOWED_TARGETS: '10.0.0.0/8, *.internal,[fd00::1]' }, 'SKALD_ALLOWED_TARGETS'],
    [
      { SKALD_ALLOWED_TARGETS: '10.0.0.0/8, *.internal,fd00::/8' },
      { allowedTargets: ['10.0.0.0/8', '*.internal', 'fd00::/8'] },
    ],
    [{ SKALD_PUBLIC_URL: 'https://skald.example/base/' }, { publicUrl: 'https://skald.example/base' }],
    [{ HOST: '::1', PORT: '9000' }, { publicUrl: 'http://[::1]:9000' }],
    [
      { DATABASE_URL: 'postgres:///skald?host=/run/postgresql' },
      { databaseUrl: 'postgres:///skald?host=/run/postgresql' },
    ],
    [{ PORT: '0' }, 'PORT'],
    [{ PORT: '80a' }, 'PORT'],
    [{ PORT: '65536' }, 'PORT'],
    [{ SKALD_ROLE: 'master' }, 'SKALD_ROLE'],
    [{ SKALD_PROCESSES: '0' }, 'SKALD_PROCESSES'],
    [{ SKALD_PROCESSES: 'many' }, 'SKALD_PROCESSES'],
    [{ SKALD_LEASE: '999ms' }, 'SKALD_LEASE'],
    [{ SKALD_LEASE: '10' }, 'SKALD_LEASE'],
    [{ SKALD_RETENTION: '1h' }, 'SKALD_RETENTION'],
    [{ SKALD_BODY_LIMIT: '1 GB' }, 'SKALD_BODY_LIMIT'],
    [{ SKALD_QUEUE_SHARDS: '65' }, 'SKALD_QUEUE_SHARDS'],
    [{ SKALD_MAX_IN_FLIGHT: '-1' }, 'SKALD_MAX_IN_FLIGHT'],
    [{ SKALD_ALLOWED_TARGETS: '10.0.0.0/33' }, 'SKALD_ALLOWED_TARGETS'],
    [{ SKALD_ALLOWED_TARGETS: '10.0.0' }, 'SKALD_ALLOWED_TARGETS'],
    [{ SKALD_PUBLIC_URL: 'skald.example' }, 'SKALD_PUBLIC_URL'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ DATABASE_URL: 'mysql://host/db' }, 'DATABASE_URL'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ SKALD_LOG_FORMAT: 'xml' }, 'SKALD_LOG_FORMAT'],
    [{ SKALD_CRASH_AT: 'before-append:0' }, 'SKALD_CRASH_AT'],
    [{ HOST: 'not a host' }, 'HOST'],
  ])('reads %j as %j', (env, expected) => {
    if (typeof expected === 'string')
      expect(problemsOf(env)).toEqual([expect.stringMatching(new RegExp(`^${expected} .+: .+\\.$`))]);
    else expect(readConfig(env)).toMatchObject(expected);
  });

  it('names every bad variable at once', () => {
    expect(problemsOf({ PORT: 'x', SKALD_ROLE: 'x', SKALD_LEASE: 'x', REDIS_URL: 'x' })).toEqual([
      expect.stringContaining('REDIS_URL'),
      'PORT is "x": give a port number from 1 to 65535.',
      'SKALD_ROLE is "x": use all, api or worker.',
      expect.stringContaining('SKALD_LEASE is "x"'),
    ]);
  });

  it('asks whether a name that means nothing was a slip of the pen', () => {
    const { warnings } = readConfig({ SKALD_PROCESES: '2', SKALD_TEST_DATABASE_URL: 'x', SKALD_SOMETHING_ELSE: 'x' });
    expect(warnings).toContain('SKALD_PROCESES is set but means nothing here; did you mean SKALD_PROCESSES?');
    expect(warnings).toContain('SKALD_SOMETHING_ELSE is set but means nothing here.');
    expect(warnings.join()).not.toContain('TEST');
  });

  it('never fails in another way than by a sentence per variable', () => {
    const names = knownVariables().map(({ name }) => name);
    const environments = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), fc.constantFrom(':', ',', '1', '/', '::')),
    );
    fc.assert(
      fc.property(environments, (env) => {
        for (const problem of problemsOf(env)) expect(problem).toMatch(/^[A-Z_]+ [^]+: [^]+\.$/);
      }),
    );
  });
});

describe('who may reach the server', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'skald.example'])(
    'does not listen at %s while no key is configured, unless the database holds one',
    (HOST) => {
      const config = readConfig({ HOST });
      expect(config.needsStoredKey).toBe(true);
      expect(unguarded(config).problems).toEqual([expect.stringContaining('SKALD_API_KEYS')]);
      expect(unguarded(config).message).toContain(`HOST is "${HOST}"`);
      expect(readConfig({ HOST, SKALD_API_KEYS: KEYS }).needsStoredKey).toBe(false);
      expect(readConfig({ HOST, ...ISSUER }).needsStoredKey).toBe(false);
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('listens at %s without a key', (HOST) => {
    expect(readConfig({ HOST })).toMatchObject({ host: HOST, isGuarded: false, needsStoredKey: false });
  });

  it('listens on every interface once a key is configured, and says where participants will call back', () => {
    const config = readConfig({ SKALD_API_KEYS: KEYS });
    expect(config.host).toBe('0.0.0.0');
    expect(config.apiKeys.map(({ role, secret }) => [role, secret])).toEqual([
      ['admin', 'correct-horse-battery'],
      ['viewer', 'staple-staple-staple'],
    ]);
    expect(config.warnings).toEqual([expect.stringContaining('SKALD_PUBLIC_URL')]);
  });

  it.each([
    ['admin:short', 'in entry 1'],
    ['admin:correct-horse-battery,boss:staple-staple-staple', 'in entry 2'],
    ['correct-horse-battery-staple', 'in entry 1'],
    ['admin:correct horse battery', 'in entry 1'],
    ['admin:correct-horse-battery,viewer:correct-horse-battery', ''],
  ])('refuses the keys "%s" without repeating them', (SKALD_API_KEYS, where) => {
    const [problem] = problemsOf({ SKALD_API_KEYS });
    expect(problem).toContain(`SKALD_API_KEYS can't be used ${where}`.trimEnd());
    expect(problem).not.toMatch(/horse|boss|short|staple/);
  });
});

describe('who issues tokens', () => {
  it('needs an issuer and an audience, and has its habits for the rest', () => {
    expect(readConfig(ISSUER)).toMatchObject({
      isGuarded: true,
      host: '0.0.0.0',
      jwtIssuer: 'https://id.example/',
      jwtAudience: ['skald'],
      jwtJwksUrl: null,
      jwtAlgorithms: ['RS256', 'ES256', 'EdDSA'],
      jwtRoleClaim: 'roles',
    });
  });

  it('does not pass over half a configuration, which would let nobody in, or everybody', () => {
    const { SKALD_JWT_ISSUER, SKALD_JWT_AUDIENCE } = ISSUER;
    expect(problemsOf({ SKALD_JWT_ISSUER })).toEqual([expect.stringContaining('without SKALD_JWT_AUDIENCE')]);
    expect(problemsOf({ SKALD_JWT_AUDIENCE, SKALD_JWT_ROLE_CLAIM: 'groups' })).toEqual([
      expect.stringContaining('SKALD_JWT_AUDIENCE is set without SKALD_JWT_ISSUER'),
      expect.stringContaining('SKALD_JWT_ROLE_CLAIM is set without SKALD_JWT_ISSUER'),
    ]);
  });

  it.each(['none', 'HS256', 'RS256,HS512', 'rs256', 'dir', ','])('takes no signature by "%s"', (text) => {
    expect(problemsOf({ ...ISSUER, SKALD_JWT_ALGORITHMS: text })).toEqual([
      expect.stringMatching(/^SKALD_JWT_ALGORITHMS is .*HS256/),
    ]);
  });

  it.each<Record<string, string>>([
    { SKALD_JWT_ISSUER: 'id.example' },
    { SKALD_JWT_ISSUER: 'https://user:pass@id.example' },
    { SKALD_JWT_JWKS_URL: 'file:///etc/keys' },
    { SKALD_JWT_AUDIENCE: ',' },
    { SKALD_JWT_ROLE_CLAIM: 'the roles' },
  ])('refuses %j', (env) => {
    expect(problemsOf({ ...ISSUER, ...env })).toEqual([
      expect.stringMatching(new RegExp(`^${Object.keys(env)[0]} is`)),
    ]);
  });

  it('warns when keys come without TLS', () => {
    const { warnings } = readConfig({ ...ISSUER, SKALD_JWT_JWKS_URL: 'http://id.internal/keys' });
    expect(warnings).toContainEqual(expect.stringMatching(/^SKALD_JWT_JWKS_URL .*TLS/));
    expect(warnings.join()).not.toContain('SKALD_JWT_ISSUER is read');
  });
});

describe('what is shown of it', () => {
  it('never holds a secret', () => {
    const env = {
      DATABASE_URL: 'postgres://owner:hush-hush@db.example:5432/skald?password=hush-hush',
      REDIS_URL: 'rediss://:hush-hush@redis.example:6380/1',
      SKALD_API_KEYS: 'admin:hush-hush-hush-hush',
    };
    const config = readConfig(env);
    for (const text of [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      inspect(config.apiKeys),
      JSON.stringify(config.apiKeys),
    ]) {
      expect(text).not.toContain('hush');
    }
    expect(config.describe()).toMatchObject({
      DATABASE_URL: 'postgres://db.example:5432/skald',
      REDIS_URL: 'rediss://redis.example:6380/1',
      SKALD_API_KEYS: '(1 hidden)',
      PORT: '8080',
      SKALD_RETENTION: '(none)',
    });
  });

  it('repeats no secret of a URL that it refuses', () => {
    const problems = problemsOf({ DATABASE_URL: 'db.example:hush', REDIS_URL: 'http://:hush@redis.example' });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hush');
  });
});

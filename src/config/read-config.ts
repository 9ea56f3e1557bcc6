import { hostname } from 'node:os';
import { validateSync, type ValidationError } from 'class-validator';
import { Config } from './config.js';
import { knownVariables, type Variable } from './from-env.js';
import { inUrl, isEveryInterface, isLoopback } from './hosts.js';
import { warnOfUnknown } from './unknown-variables.js';

/** The environment can't be used. Holds one sentence for each variable to mend; none of them shows a secret. */
export class ConfigError extends Error {
  readonly code = 'bad-configuration';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;
type Draft = { -readonly [property in keyof Config]: Config[property] };

/**
 * The configuration that an environment describes. A variable that is set to nothing counts as not set.
 * @throws ConfigError naming every bad variable at once
 */
export function readConfig(env: Environment): Config {
  const draft: Draft = new Config();
  const unreadable = knownVariables().filter((variable) => !apply(variable, env, draft));
  const invalid = validateSync(draft, { forbidUnknownValues: false });
  const problems = knownVariables().flatMap((variable) => {
    const error = invalid.find(({ property }) => property === variable.property);
    return error || unreadable.includes(variable) ? [sentence(variable, env, error)] : [];
  });
  if (problems.length === 0) problems.push(...tokenProblems(draft, env));
  if (problems.length === 0) settleAddress(draft, env);
  if (problems.length > 0) throw new ConfigError(problems);
  draft.warnings = warnings(draft, env);
  return draft;
}

/** Sets the property of one variable; false when its text can't be read. */
function apply(variable: Variable, env: Environment, draft: Draft): boolean {
  const text = env[variable.name]?.trim();
  if (!text) return true;
  const value = variable.read(text);
  if (value === undefined) return false;
  Object.assign(draft, { [variable.property]: value });
  return true;
}

function isSet(env: Environment, name: string): boolean {
  return Boolean(env[name]?.trim());
}

function sentence(variable: Variable, env: Environment, error: ValidationError | undefined): string {
  const entries = (error?.children ?? []).map((child) => Number(child.property) + 1);
  const where = entries.length > 0 ? ` in entry ${entries.join(', ')}` : '';
  const what = variable.secret ? `can't be used${where}` : `is "${env[variable.name]?.trim()}"`;
  return `${variable.name} ${what}: ${variable.mend}.`;
}

/** Half a configuration of tokens is a slip of the pen, and one that must not go unnoticed. */
function tokenProblems({ jwtIssuer, jwtAudience }: Draft, env: Environment): string[] {
  if (jwtIssuer !== null && jwtAudience === null)
    return ['SKALD_JWT_ISSUER is set without SKALD_JWT_AUDIENCE: say whom tokens must be for.'];
  if (jwtIssuer !== null) return [];
  return knownVariables()
    .filter(({ name }) => name.startsWith('SKALD_JWT_') && isSet(env, name))
    .map(({ name }) => `${name} is set without SKALD_JWT_ISSUER: say who issues the tokens, or leave it out.`);
}

/**
 * Without keys everybody who can reach the server may do everything, so only this machine may reach it. The keys may be in
 * the database, which is looked at later ({@link Config.needsStoredKey}).
 */
function settleAddress(draft: Draft, env: Environment): void {
  const { isGuarded } = draft;
  if (!isSet(env, 'HOST')) draft.host = isGuarded ? '0.0.0.0' : '127.0.0.1';
  if (!isSet(env, 'SKALD_PUBLIC_URL')) {
    draft.publicUrl = `http://${inUrl(isEveryInterface(draft.host) ? hostname() : draft.host)}:${draft.port}`;
  }
  draft.needsStoredKey = !isGuarded && !isLoopback(draft.host);
}

/** Why a server that {@link Config.needsStoredKey needs a stored key} can't start without one. */
export function unguarded({ host }: Config): ConfigError {
  return new ConfigError([
    `HOST is "${host}" but no API key is configured: set SKALD_API_KEYS to role:secret (or SKALD_JWT_ISSUER), store a key, or leave HOST at 127.0.0.1.`,
  ]);
}

function warnings(draft: Draft, env: Environment): string[] {
  const set = Object.keys(env).filter((name) => isSet(env, name));
  const found = warnOfUnknown(
    set,
    knownVariables().map(({ name }) => name),
  );
  if (!draft.isGuarded && !draft.needsStoredKey) {
    found.push(
      `No API key is configured (SKALD_API_KEYS): until one is stored every caller may do everything, so only ${draft.host} listens.`,
    );
  }
  for (const name of ['SKALD_JWT_ISSUER', 'SKALD_JWT_JWKS_URL'] as const) {
    if (env[name]?.trim().startsWith('http:'))
      found.push(`${name} is read without TLS: whoever sits in between can become an administrator.`);
  }
  if (isEveryInterface(draft.host) && !isSet(env, 'SKALD_PUBLIC_URL')) {
    found.push(`SKALD_PUBLIC_URL is not set: participants are told to call back at ${draft.publicUrl}.`);
  }
  if (draft.crashAt) found.push(`SKALD_CRASH_AT is set: this process will kill itself at ${draft.crashAt.point}.`);
  if (draft.fence === 'off')
    found.push('SKALD_TEST_FENCE is off: two drivers can break a saga. This is for tests only.');
  return found;
}

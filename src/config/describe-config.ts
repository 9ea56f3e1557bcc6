import { knownVariables } from './from-env.js';

/** Variable name → value, fit for a log. What isn't set reads `(none)`. */
export function describeConfig(config: object): Record<string, string> {
  const values = config as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    knownVariables().map(({ name, property, secret }) => [name, shown(values[property], secret)]),
  );
}

function shown(value: unknown, secret: boolean): string {
  if (value === null || value === undefined) return '(none)';
  if (Array.isArray(value)) return secret ? `(${value.length} hidden)` : value.join(',');
  if (typeof value === 'string') return secret ? withoutCredentials(value) : value;
  return JSON.stringify(value);
}

/** `scheme://host:port/path` alone: user names, passwords and query parameters may all be secrets. */
function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return '(hidden)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

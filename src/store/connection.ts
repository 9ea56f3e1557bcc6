import type { ClientConfig } from 'pg';

/** What a connection is for decides how long it may wait and how the planner behaves. */
export type Purpose = 'flush' | 'hot' | 'cold';

/** ms. The client's limit is the outer one: it also ends a connection whose other side has silently gone. */
const LIMITS = {
  flush: { connect: 2_000, statement: 8_000, lock: 500, client: 10_000 },
  hot: { connect: 2_000, statement: 5_000, lock: 1_000, client: 6_000 },
  cold: { connect: 3_000, statement: 15_000, lock: 2_000, client: 20_000 },
} as const;

/**
 * A prepared statement keeps the plan it got while the tables were empty. Everything hot is a handful of look-ups by key,
 * so the plan that would ruin it (read the whole table, hash it) is ruled out for good.
 */
const ALWAYS_BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

/**
 * The settings travel with the connection's first packet and cost no round trip. PgBouncer refuses such packets (and in
 * transaction mode forgets what a session has set), so without prepared statements only the client's limits remain:
 * statements are planned afresh each time then, with the tables' true sizes.
 */
export function connectionConfig(url: string, purpose: Purpose, preparedStatements: boolean): ClientConfig {
  const limits = LIMITS[purpose];
  const settings = [
    `-c statement_timeout=${limits.statement} -c lock_timeout=${limits.lock}`,
    ...(purpose === 'cold' ? [] : [ALWAYS_BY_KEY]),
  ].join(' ');
  return {
    connectionString: preparedStatements ? withSettings(url, settings) : url,
    application_name: `skald-${purpose}`,
    connectionTimeoutMillis: limits.connect,
    query_timeout: limits.client,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** Adds to the `options` of the URL; what its owner wrote there comes last and wins. */
function withSettings(url: string, settings: string): string {
  const [address = '', query] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set('options', [settings, parameters.get('options')].filter(Boolean).join(' '));
  return `${address}?${parameters.toString()}`;
}

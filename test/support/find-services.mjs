import net from 'node:net';
import pg from 'pg';

/** Where a developer's Postgres usually answers, and how it usually lets them in. */
const LOCAL_POSTGRES = [
  'postgres://postgres@127.0.0.1:5432/postgres',
  'postgres://postgres:postgres@127.0.0.1:5432/postgres',
];
const LOCAL_REDIS = 'redis://127.0.0.1:6379';

/**
 * The URL of a Postgres in which databases may be created, or null when none answers.
 * @throws when one is named by environment but can't be used: that is a mistake, not a reason to look elsewhere
 * @returns {Promise<string | null>}
 */
export async function findPostgres(env = process.env) {
  const named = env.SKALD_TEST_DATABASE_URL || env.DATABASE_URL;
  if (named) {
    const trouble = await troubleWithPostgres(named);
    if (trouble) throw new Error(`The Postgres named by DATABASE_URL can't be used for tests: ${trouble}`);
    return named;
  }
  for (const url of LOCAL_POSTGRES) if (!(await troubleWithPostgres(url))) return url;
  return null;
}

/**
 * The URL of a Redis, or null when none answers.
 * @throws when one is named by environment but doesn't answer
 * @returns {Promise<string | null>}
 */
export async function findRedis(env = process.env) {
  const named = env.SKALD_TEST_REDIS_URL || env.REDIS_URL;
  if (await accepts(named || LOCAL_REDIS)) return named || LOCAL_REDIS;
  if (named) throw new Error('The Redis named by REDIS_URL does not answer.');
  return null;
}

/** What keeps this Postgres from being used, or null. */
async function troubleWithPostgres(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      'select rolsuper or rolcreatedb as able from pg_roles where rolname = current_user',
    );
    return rows[0]?.able ? null : 'its user may not create databases';
  } catch (error) {
    return error.message;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Something at that address takes connections and answers PING, be it with a demand for a password. */
function accepts(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect({ host: hostname, port: Number(port || 6379), timeout: 2_000 });
    const settle = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => settle(/^(\+PONG|-NOAUTH)/.test(data.toString())));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

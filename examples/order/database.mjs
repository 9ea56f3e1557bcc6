import { join } from 'node:path';
import pg from 'pg';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The Postgres of the services: that of `DATABASE_URL`, or else one that Skald brings along, which runs for as long as
 * a process uses it and keeps its data.
 * @param {string} [folder] where the latter keeps its data
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function joinPostgres(folder = join(ROOT, '.skald/example')) {
  if (process.env.DATABASE_URL) return { url: process.env.DATABASE_URL, stop: async () => {} };
  const { startEmbeddedPostgres } = await import('../../dist/config/embedded-postgres.js');
  return startEmbeddedPostgres(folder);
}

/**
 * Opens a service's own database, and makes it if it isn't there.
 * @param {string} name
 */
export async function openDatabase(name) {
  const server = await joinPostgres();
  await asOwner(server.url, async (owner) => {
    const { rowCount } = await owner.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await owner.query(`create database ${pg.escapeIdentifier(name)}`);
  });
  const pool = openPool(server.url, name);
  const close = async () => {
    await pool.end();
    await server.stop();
  };
  return { pool, close };
}

/**
 * @param {string} url of the server
 * @param {string} name
 */
export function openPool(url, name) {
  const connectionString = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString, max: 5 });
  // An idle connection was lost: the pool makes another. Without a listener it would end the process.
  pool.on('error', (error) => console.error(`the connection to ${name} was lost: ${error.message}`));
  return pool;
}

/**
 * @param {string} url of the server
 * @param {string[]} names
 */
export function dropDatabases(url, names) {
  return asOwner(url, async (owner) => {
    for (const name of names) await owner.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  });
}

async function asOwner(url, work) {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await work(owner);
  } finally {
    await owner.end();
  }
}

import { rm } from 'node:fs/promises';
import pg from 'pg';

/** Drops every database of this run and stops the server if the run started it. */
export default async function tearDown() {
  const server = globalThis.skaldTestPostgres;
  if (!server) return dropDatabases();
  await server.stop();
  await rm(server.directory, { recursive: true, force: true });
}

async function dropDatabases() {
  const client = new pg.Client({ connectionString: process.env.SKALD_TEST_DATABASE_URL });
  await client.connect();
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [
    process.env.SKALD_TEST_RUN,
  ]);
  for (const { datname } of rows)
    await client.query(`drop database if exists ${client.escapeIdentifier(datname)} with (force)`);
  await client.end();
}

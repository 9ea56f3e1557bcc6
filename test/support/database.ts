import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../src/store/migrations.js';
import { postgresUrl, runName } from './services.js';

export interface FreshDatabase {
  readonly url: string;
  /** Ends whatever is still connected to it, and drops it. */
  drop(): Promise<void>;
}

/**
 * An empty database with the current schema, of one's own.
 * The migrations run once per test run, into a template; each database is a copy of it, which takes some 50 ms.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  const template = `${runName()}_template`;
  const name = `${runName()}_${randomBytes(4).toString('hex')}`;
  await asOwner(async (owner) => {
    await ensureTemplate(owner, template);
    await owner.query(`create database ${name} template ${template}`);
  });
  return {
    url: urlOf(name),
    drop: () =>
      asOwner(async (owner) => {
        await farewells(owner, name);
        await owner.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

/** Gives connections that have just been closed a moment to be gone: a pool that is told of a forced end after its own is upset. */
async function farewells(owner: pg.Client, name: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const { rowCount } = await owner.query('select from pg_stat_activity where datname = $1', [name]);
    if (!rowCount) return;
    await sleep(25);
  }
}

/** Workers of one run race for the template: the first makes it, the others wait for it. */
async function ensureTemplate(owner: pg.Client, template: string): Promise<void> {
  await owner.query('select pg_advisory_lock(hashtext($1))', [template]);
  try {
    const { rowCount } = await owner.query('select from pg_database where datname = $1', [template]);
    if (rowCount) return;
    const unfinished = `${template}_unfinished`;
    await owner.query(`drop database if exists ${unfinished} with (force)`);
    await owner.query(`create database ${unfinished}`);
    await migrate(urlOf(unfinished));
    await owner.query(`alter database ${unfinished} rename to ${template}`);
  } finally {
    await owner.query('select pg_advisory_unlock(hashtext($1))', [template]);
  }
}

async function asOwner(work: (owner: pg.Client) => Promise<void>): Promise<void> {
  const owner = new pg.Client({ connectionString: postgresUrl() });
  await owner.connect();
  try {
    await work(owner);
  } finally {
    await owner.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(postgresUrl());
  url.pathname = `/${database}`;
  return url.href;
}

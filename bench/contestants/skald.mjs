import { forkPeer } from '../host/channel.mjs';
import { allOrNothing } from '../host/clean-up.mjs';
import { startServer } from '../host/server.mjs';
import { participantNames, workloads } from '../workloads.mjs';

const driver = new URL('../load/rest-driver.mjs', import.meta.url);
const connections = 64;

/** How long the last sagas may take to be marked as ended after their last call, in ms. */
const settleTime = 10_000;

/** @param {import('../host/server.mjs').Server} server @param {string} participantUrl */
async function introduce(server, participantUrl) {
  for (const name of participantNames) {
    await server.ask('PUT', `/v1/participants/${name}`, { endpoints: [{ url: participantUrl }] });
  }
  for (const { definition } of Object.values(workloads)) await server.ask('POST', '/v1/definitions', definition);
}

/** @param {import('../host/server.mjs').Server} server @param {string} query */
async function listIds(server, query) {
  /** @type {string[]} */
  const ids = [];
  for (let cursor = ''; ;) {
    const page = await server.ask(
      'GET',
      `/v1/sagas?limit=200&${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { id } of page.items) ids.push(id);
    if (!page.nextCursor) return ids;
    cursor = page.nextCursor;
  }
}

/**
 * Every saga that was acknowledged must be listed with the outcome of its workload.
 * @param {import('../host/server.mjs').Server} server
 * @param {Partial<Record<import('../workloads.mjs').WorkloadName, string[]>>} started
 */
async function checkOutcomes(server, started) {
  /** @type {string[]} */
  const problems = [];
  for (const { name, definition, outcome } of Object.values(workloads)) {
    const ids = started[name] ?? [];
    const giveUp = Date.now() + settleTime;
    let missing = ids;
    while (missing.length > 0) {
      const ended = new Set(await listIds(server, `definition=${definition.name}&status=${outcome}`));
      missing = ids.filter((id) => !ended.has(id));
      if (Date.now() > giveUp) break;
    }
    for (const id of missing)
      problems.push(`saga ${id} of workload ${name} is not ${outcome} ${settleTime / 1000} s after its last call`);
  }
  return problems;
}

/**
 * @param {{ name: string, title: string, main: string, redis: boolean, processes?: number, idempotencyKey: boolean, nodeFlags?: string[] }} options
 * @returns {import('./contestant.mjs').Contestant}
 */
export function skald({ name, title, main, redis: usesRedis, processes, idempotencyKey, nodeFlags }) {
  return {
    name,
    title,
    isLimit: false,
    start: ({ postgres, redis, participantUrl }) =>
      allOrNothing(async (cleanUp) => {
        const database = `skald_bench_${name.replaceAll('-', '_')}`;
        const databaseUrl = await postgres.createDatabase(database);
        cleanUp.add(() => postgres.dropDatabase(database));
        await redis?.empty();
        const redisUrl = usesRedis ? redis?.url : undefined;
        const server = await startServer({ main, databaseUrl, redisUrl, processes, nodeFlags });
        cleanUp.add(server.stop);
        await introduce(server, participantUrl);
        const load = forkPeer(driver);
        cleanUp.add(load.stop);
        await load.call('open', { serverUrl: server.url, participantUrl, connections, idempotencyKey });
        cleanUp.add(() => load.call('close'));
        return {
          load,
          pids: {
            node: server.pid,
            postgres: postgres.pid,
            redis: usesRedis ? redis?.pid : undefined,
            driver: load.pid,
          },
          check: (started) => checkOutcomes(server, started),
          stop: () => cleanUp.run(),
        };
      }),
  };
}

import { forkPeer } from '../host/channel.mjs';
import { allOrNothing } from '../host/clean-up.mjs';

const engine = new URL('../load/limit-engine.mjs', import.meta.url);

/** Connections to the participant: what gave the limits their best figures among 32, 64, 128 and 256. */
const connections = 64;

/**
 * @param {'L1' | 'L2' | 'L3'} name
 * @param {string} title
 * @returns {import('./contestant.mjs').Contestant}
 */
function limit(name, title) {
  return {
    name,
    title,
    isLimit: true,
    start: ({ postgres, participantUrl }) =>
      allOrNothing(async (cleanUp) => {
        const database = `skald_bench_${name.toLowerCase()}`;
        const databaseUrl = await postgres.createDatabase(database);
        cleanUp.add(() => postgres.dropDatabase(database));
        const load = forkPeer(engine);
        cleanUp.add(load.stop);
        await load.call('open', { limit: name, databaseUrl, participantUrl, connections });
        cleanUp.add(() => load.call('close'));
        return {
          load,
          pids: { node: load.pid, postgres: postgres.pid },
          check: async () => [],
          stop: () => cleanUp.run(),
        };
      }),
  };
}

export const limits = [
  limit('L1', 'nothing stored'),
  limit('L2', 'one commit per step'),
  limit('L3', 'group commit per step'),
];

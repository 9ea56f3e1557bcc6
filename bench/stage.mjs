/** Everything that contestants run on, started for one run of the bench and stopped after it, whatever happens. */

import { forkPeer } from './host/channel.mjs';
import { CleanUp } from './host/clean-up.mjs';
import { openPostgres } from './host/postgres.mjs';
import { hasRedis, startRedis } from './host/redis.mjs';

/**
 * @template T
 * @param {{ postgresUrl?: string, postgresFlags?: string[] }} options
 * @param {(stage: import('./contestants/contestant.mjs').Stage, participant: import('./host/channel.mjs').Peer) => Promise<T>} play
 * @returns {Promise<T>}
 */
export async function withStage({ postgresUrl, postgresFlags }, play) {
  const cleanUp = new CleanUp();
  try {
    const postgres = await openPostgres({ url: postgresUrl, flags: postgresFlags });
    cleanUp.add(postgres.stop);
    const redis = hasRedis() ? await startRedis() : undefined;
    if (redis) cleanUp.add(redis.stop);
    const participant = forkPeer(new URL('./participant.mjs', import.meta.url));
    cleanUp.add(participant.stop);
    const participantUrl = `http://127.0.0.1:${await participant.call('listen')}`;
    return await play({ postgres, redis, participantUrl }, participant);
  } finally {
    await cleanUp.run();
  }
}

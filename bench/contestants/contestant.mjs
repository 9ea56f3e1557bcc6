/**
 * Something that runs sagas and can be put under load.
 *
 * @typedef {object} Running
 * @property {import('../host/channel.mjs').Peer} load the process that puts the load on
 * @property {Record<string, number | undefined>} pids by role: whatever CPU time is counted for
 * @property {(started: Partial<Record<import('../workloads.mjs').WorkloadName, string[]>>) => Promise<string[]>} check what the engine itself says about the sagas; answers the problems
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} Stage what every contestant runs on
 * @property {import('../host/postgres.mjs').Postgres} postgres
 * @property {import('../host/redis.mjs').RedisServer} [redis]
 * @property {string} participantUrl
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} title
 * @property {boolean} isLimit
 * @property {(stage: Stage) => Promise<Running>} start on an empty database
 */

export {};

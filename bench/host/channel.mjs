/** Calls between the bench and the processes it forks. A forked process ends when the bench does, however that ends. */

import { fork } from 'node:child_process';

/**
 * In the forked process: answers the bench's calls by name.
 * @param {Record<string, (argument: any) => unknown>} methods `any`: each method knows its own argument
 */
export function serve(methods) {
  process.on('disconnect', () => process.exit(0));
  process.on(
    'message',
    async (/** @type {{ id: number, method: string, argument: unknown }} */ { id, method, argument }) => {
      try {
        process.send?.({ id, result: await methods[method](argument) });
      } catch (error) {
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    },
  );
}

/**
 * @typedef {object} Peer
 * @property {number} pid
 * @property {(method: string, argument?: unknown) => Promise<any>} call rejects when the method throws or the process ends
 * @property {() => Promise<void>} stop
 */

/**
 * In the bench: forks a module that calls `serve`.
 * @param {URL} module
 * @returns {Peer}
 */
export function forkPeer(module) {
  const child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const open = new Map();
  let lastId = 0;
  child.on('message', (/** @type {{ id: number, result: unknown, error?: string }} */ { id, result, error }) => {
    const waiter = open.get(id);
    open.delete(id);
    if (error === undefined) waiter?.resolve(result);
    else waiter?.reject(new Error(error));
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  void gone.then(() => {
    for (const waiter of open.values()) waiter.reject(new Error(`${module.pathname} ended unexpectedly`));
    open.clear();
  });
  return {
    pid: /** @type {number} */ (child.pid),
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        open.set(++lastId, { resolve, reject });
        child.send({ id: lastId, method, argument });
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

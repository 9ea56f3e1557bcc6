import cluster, { type Worker } from 'node:cluster';
import type { Log } from './config/log.js';

/** A process that dies is replaced, but not faster than this: a boot that can't succeed must not burn the CPU. In ms. */
const RESTART_DELAY = 1_000;

/**
 * Runs `count` server processes that share one port, and replaces those that die. What a dead one was driving is taken
 * over by the others. Returns how to stop them all.
 */
export function superviseProcesses(count: number, environment: Record<string, string>, log: Log): () => Promise<void> {
  let isStopping = false;
  const fork = () => void cluster.fork(environment);
  cluster.on('exit', (worker: Worker, code, signal) => {
    if (isStopping) return;
    log.error({ pid: worker.process.pid, code, signal }, 'a server process died and is replaced');
    setTimeout(fork, RESTART_DELAY).unref();
  });
  for (let i = 0; i < count; i++) fork();

  return async () => {
    isStopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            worker.process.kill('SIGTERM');
          }),
      ),
    );
  };
}

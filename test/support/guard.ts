import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/**
 * Makes sure that a process does not outlive the tests, even when those are killed: a shell that waits for the end of
 * its standard input, which the tests hold, then kills it.
 * @returns releases the guard; to be called once the process is known to have ended
 */
export function endWithTests(pid: number, signal: 'KILL' | 'INT' = 'KILL'): () => void {
  const guard = spawn('sh', ['-c', `read _; kill -${signal} "$0"`, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return () => guard.kill('SIGKILL');
}

import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

/** What a running server says about itself in its data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `ready` once it takes connections; `starting` and `stopping` pass. */
  readonly status: string;
}

/** The server of this cluster, or null when its process is gone. */
export function findPostmaster(cluster: string): Postmaster | null {
  const found = readLockFile(cluster);
  return found && isPostgres(found.pid) ? found : null;
}

/** The server takes connections, and still says so after it has answered one: it is not about to stop. */
export async function isServing(cluster: string, { pid, port }: Postmaster): Promise<boolean> {
  if (!(await answers(port))) return false;
  const now = findPostmaster(cluster);
  return now?.pid === pid && now.status === 'ready';
}

/** A lock file that a killed server, or another container with the same volume, has left behind. */
export function isLockStale(cluster: string): boolean {
  const left = readLockFile(cluster);
  return left !== null && isAlive(left.pid) && !isPostgres(left.pid);
}

/** The layout of the file is part of Postgres' interface to its own tools (`miscadmin.h`). */
function readLockFile(cluster: string): Postmaster | null {
  try {
    const lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting' };
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids are used again, most of all in containers; where the system tells, make sure that it is a Postgres. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres');
  } catch {
    return true;
  }
}

/** Sends what a client asks first, whether TLS is spoken; any answer will do. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: '127.0.0.1', port, timeout: 2_000 });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('data', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

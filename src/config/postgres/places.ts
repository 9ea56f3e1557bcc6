import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Account, isReachable } from './account.js';

/**
 * The directory, below or instead of `dataDir`, in which Postgres keeps its data.
 *
 * Started by root, Postgres runs as somebody else, who can't enter, say, root's home directory. The data then lives
 * in a directory of the system that is named after `dataDir`, so that the next start finds it again.
 */
export function placeForData(dataDir: string, account: Account | null): string {
  mkdirSync(dataDir, { recursive: true });
  const wanted = realpathSync(dataDir);
  if (!account) return wanted;
  if (isReachable(path.dirname(wanted), account)) {
    // The data directory itself is ours, so passing it may be allowed; nothing above it is ours to change.
    chmodSync(wanted, statSync(wanted).mode | 0o011);
    return wanted;
  }
  return passable(path.join(systemDirectory(account), createHash('sha256').update(wanted).digest('hex').slice(0, 16)));
}

/** A directory that root owns and everybody can pass. @throws when there is none */
export function systemDirectory(account: Account): string {
  for (const directory of ['/var/lib/skald', path.join(tmpdir(), 'skald')]) {
    try {
      if (isOurs(passable(directory)) && isReachable(directory, account)) return directory;
    } catch {
      // Read-only or missing: look at the next one.
    }
  }
  throw new Error(
    `Found no directory in which ${account.name} could keep data: set SKALD_DATA_DIR to one, or DATABASE_URL.`,
  );
}

/** Makes the directory if need be, such that everybody can pass it whatever this process's umask says. */
function passable(directory: string): string {
  if (mkdirSync(directory, { recursive: true })) chmodSync(directory, 0o755);
  return directory;
}

/** Nobody but root can have put anything into it; matters in a temporary directory, where anybody could make one. */
function isOurs(directory: string): boolean {
  const found = lstatSync(directory);
  return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The system account that Postgres runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root. Null: the current user will do.
 * @throws when there is neither a `postgres` nor a `nobody` to run as
 */
export function postgresAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find(([account]) => account === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new Error(
    'Postgres does not run as root, and this system has no user postgres or nobody: set DATABASE_URL, or start Skald as another user.',
  );
}

/**
 * Whether the account can get to a directory: it may pass every directory above it, and the directory itself.
 * Judged by mode bits alone, so an access list that grants more is not seen.
 */
export function isReachable(directory: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(directory);
  const passable = uid === account.uid ? mode & 0o100 : gid === account.gid ? mode & 0o010 : mode & 0o001;
  const parent = path.dirname(directory);
  return passable !== 0 && (parent === directory || isReachable(parent, account));
}

/** What must not outlive the bench, however it ends: by itself, by an error, by Ctrl-C. */

import { rmSync } from 'node:fs';

/** @type {Set<{ child?: import('node:child_process').ChildProcess, directory?: string }>} */
const held = new Set();

// Only work that needs no waiting is done while a process exits, so this kills and deletes; orderly stops come before it.
process.on('exit', () => {
  for (const { child } of held) child?.kill('SIGKILL');
  for (const { directory } of held) if (directory) rmSync(directory, { recursive: true, force: true });
});

/**
 * @param {{ child?: import('node:child_process').ChildProcess, directory?: string }} what
 * @returns {() => void} to be called when it is gone
 */
export function dropAtExit(what) {
  held.add(what);
  return () => void held.delete(what);
}

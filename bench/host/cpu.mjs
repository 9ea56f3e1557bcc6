/** CPU time of process trees, from /proc. On systems without it every figure is null. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const hasProc = process.platform === 'linux';
const ticksPerSecond = hasProc ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : NaN;

/** @typedef {{ parent: number, own: number, reaped: number }} Times in ticks; `reaped`: of children that have ended */

/** @returns {Map<number, Times>} */
function readAll() {
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The command's name may hold spaces and brackets; what follows the last bracket does not.
      const f = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      all.set(pid, { parent: Number(f[1]), own: Number(f[11]) + Number(f[12]), reaped: Number(f[13]) + Number(f[14]) });
    } catch {
      // It ended while we looked.
    }
  }
  return all;
}

/**
 * CPU milliseconds used so far by each process and everything below it.
 * @param {Record<string, number | undefined>} roots pid by role; a role without a pid is left out
 * @returns {Record<string, number> | null}
 */
export function cpuByRole(roots) {
  if (!hasProc) return null;
  const all = readAll();
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const [pid, { parent }] of all) children.set(parent, [...(children.get(parent) ?? []), pid]);
  /** @type {(pid: number) => number} */
  const ticks = (pid) => {
    const times = all.get(pid);
    if (!times) return 0;
    return (children.get(pid) ?? []).reduce((sum, child) => sum + ticks(child), times.own + times.reaped);
  };
  /** @type {Record<string, number>} */
  const result = {};
  for (const [role, pid] of Object.entries(roots)) if (pid) result[role] = (ticks(pid) * 1000) / ticksPerSecond;
  return result;
}

/**
 * CPU milliseconds that the whole machine was busy so far, whoever used them.
 * @returns {number | null}
 */
export function machineBusy() {
  if (!hasProc) return null;
  const line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0];
  const [user, nice, system, , , irq, softirq, steal] = line.trim().split(/\s+/).slice(1).map(Number);
  return ((user + nice + system + irq + softirq + steal) * 1000) / ticksPerSecond;
}

/** @param {number} pid @returns {number | undefined} */
export function parentOf(pid) {
  return hasProc ? readAll().get(pid)?.parent : undefined;
}

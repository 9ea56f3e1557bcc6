/** Reads a V8 CPU profile: where the time went, per package and per function. */

/**
 * @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number }, children?: number[] }} Node
 * @typedef {{ nodes: Node[], samples: number[], timeDeltas: number[], startTime: number, endTime: number }} Profile times in µs of the monotonic clock
 */

/**
 * The package that a script belongs to: an npm package, a folder of the server (`skald/store`), a Node module, or V8 itself.
 * @param {Node['callFrame']} frame
 */
export function packageOf({ url, functionName }) {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url);
  if (inPackage) return inPackage[1];
  const inServer = /\/dist\/(?:src\/)?([^/]+)/.exec(url);
  if (inServer) return `skald/${inServer[1].replace(/\.js$/, '')}`;
  if (url.startsWith('node:')) return url.replace(/^node:internal\//, 'node:').replace(/(node:[^/]+)\/.*/, '$1');
  if (url !== '') return new URL(url).pathname.split('/').slice(-2).join('/');
  return functionName.startsWith('(') ? functionName : 'native';
}

/** @param {Node['callFrame']} frame */
function placeOf({ url, functionName, lineNumber }) {
  const file = url.split('/').slice(-1)[0];
  return `${functionName || '(anonymous)'}${file ? ` ${file}:${lineNumber + 1}` : ''}`;
}

/**
 * @typedef {{ name: string, package: string, ms: number, share: number }} Hot
 * @param {Profile} profile
 * @param {{ from?: number, to?: number }} [window] in µs of the monotonic clock; samples outside it don't count
 * @returns {{ busyMs: number, packages: Hot[], self: Hot[], total: Hot[] }} `self`: without callees; `total`: with them. Shares are of the busy time; idle isn't listed.
 */
export function hotFunctions(profile, { from = -Infinity, to = Infinity } = {}) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  /** @type {Map<number, number>} */
  const parents = new Map();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);

  /** @type {Map<number, number>} */
  const selfTime = new Map();
  let now = profile.startTime;
  profile.samples.forEach((id, i) => {
    now += profile.timeDeltas[i];
    if (now < from || now > to) return;
    // A sample stands for the time until the next one.
    selfTime.set(id, (selfTime.get(id) ?? 0) + (profile.timeDeltas[i + 1] ?? 0));
  });

  /** @type {Map<string, Hot>} */
  const packages = new Map();
  /** @type {Map<string, Hot>} */
  const self = new Map();
  /** @type {Map<string, Hot>} */
  const total = new Map();
  const add = (
    /** @type {Map<string, Hot>} */ to,
    /** @type {string} */ name,
    /** @type {string} */ owner,
    /** @type {number} */ ms,
  ) => {
    const hot = to.get(`${owner} ${name}`) ?? { name, package: owner, ms: 0, share: 0 };
    hot.ms += ms;
    to.set(`${owner} ${name}`, hot);
  };
  let busyMs = 0;
  for (const [id, us] of selfTime) {
    const node = /** @type {Node} */ (nodes.get(id));
    if (node.callFrame.functionName === '(idle)') continue;
    const ms = us / 1000;
    busyMs += ms;
    add(packages, packageOf(node.callFrame), '', ms);
    add(self, placeOf(node.callFrame), packageOf(node.callFrame), ms);
    const seen = new Set();
    for (let at = /** @type {number | undefined} */ (id); at !== undefined; at = parents.get(at)) {
      const { callFrame } = /** @type {Node} */ (nodes.get(at));
      const name = placeOf(callFrame);
      if (seen.has(name) || name === '(root)') continue;
      seen.add(name);
      add(total, name, packageOf(callFrame), ms);
    }
  }
  const ranked = (/** @type {Map<string, Hot>} */ hots) =>
    [...hots.values()].map((hot) => ({ ...hot, share: hot.ms / busyMs })).sort((a, b) => b.ms - a.ms);
  return { busyMs, packages: ranked(packages), self: ranked(self), total: ranked(total) };
}

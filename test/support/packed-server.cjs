/* Runs what pack-server.mjs packed: see there. */
const { readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

const place = (name) => path.join(path.dirname(module.filename), name);
const read = (name) => {
  try {
    return readFileSync(place(name));
  } catch {
    return undefined;
  }
};
const script = new vm.Script(readFileSync(place('modules.js'), 'utf8'), {
  filename: place('modules.js'),
  cachedData: read('modules.bin'),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
const modules = script.runInThisContext();
const imports = JSON.parse(readFileSync(place('imports.json'), 'utf8'));
const loaded = new Map();
const namespaces = new Map();

function load(file) {
  const known = loaded.get(file);
  if (known) return known.exports;
  const [isEs, found] = imports[file];
  const module = { exports: {}, id: file, filename: file, loaded: false, children: [], paths: [] };
  loaded.set(file, module);
  const own = createRequire(file);
  const require = (name) => {
    const target = found[name];
    if (target === undefined) return isEs ? asNamespace(own(name), name) : own(name);
    return isEs && !imports[target][0] ? asNamespace(load(target), target) : load(target);
  };
  modules[file].call(module.exports, module.exports, Object.assign(require, own), module, file, path.dirname(file));
  module.loaded = true;
  return module.exports;
}

/** What an ES module gets that imports a CommonJS one: its exports as the default, and by their names. */
function asNamespace(exported, file) {
  if (namespaces.has(file)) return namespaces.get(file);
  const namespace = { __esModule: true };
  const isObject = exported !== null && (typeof exported === 'object' || typeof exported === 'function');
  for (const name of isObject ? Object.keys(exported) : []) {
    if (name !== 'default' && name !== '__esModule')
      Object.defineProperty(namespace, name, { enumerable: true, get: () => exported[name] });
  }
  Object.defineProperty(namespace, 'default', { enumerable: true, value: exported });
  namespaces.set(file, namespace);
  return namespace;
}

if (process.env.SKALD_PACK_COMPILE)
  process.on('exit', () => writeFileSync(place('modules.bin'), script.createCachedData()));
load('MAIN');

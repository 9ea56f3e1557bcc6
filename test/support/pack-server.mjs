import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

/*
 * Packs the compiled server and all that it imports into one script, with what V8 made of it beside it. Suites that start
 * and kill servers by the hundred start this one: a process has to find, read and compile one file instead of 2,300, and
 * is ready after a third of the work. Each module stays what it is, only that ES modules become CommonJS (as in all of our
 * tests); what can't be packed is loaded as ever.
 *
 *     node --experimental-import-meta-resolve test/support/pack-server.mjs
 *     dist/main.js → dist/.packed/server.cjs
 */
const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'dist', '.packed');
const ES_MODULES = { swcrc: false, isModule: true, module: { type: 'commonjs' }, jsc: { target: 'es2023' } };
/** A `require` whose argument can be read off. One in a comment does no harm: what can't be found stays unpacked. */
const REQUIRED = /\brequire\(\s*(["'])([^"'\n]+)\1\s*\)/g;

const modules = new Map();
const main = path.join(root, 'dist', 'main.js');
take(main);
mkdirSync(folder, { recursive: true });
const script = path.join(folder, 'server.cjs');
write(
  'modules.js',
  `({\n${[...modules].map(([file, { text }]) => `${JSON.stringify(file)}: ${text}`).join(',\n')}\n})`,
);
write(
  'imports.json',
  JSON.stringify(Object.fromEntries([...modules].map(([file, { imports, isEs }]) => [file, [isEs, imports]]))),
);
write(
  'server.cjs',
  readFileSync(path.join(import.meta.dirname, 'packed-server.cjs'), 'utf8').replace("'MAIN'", JSON.stringify(main)),
);
compile();

/** Takes a file and, depth first, whatever it imports. */
function take(file) {
  if (modules.has(file)) return;
  const source = readFileSync(file, 'utf8');
  if (file.endsWith('.json'))
    return void modules.set(file, { isEs: false, imports: {}, text: `(e, r, m) => { m.exports = ${source}; }` });
  const isEs = isEsModule(file);
  const code = isEs ? transformSync(source, { ...ES_MODULES, filename: file }).code : source.replace(/^#!.*/, '');
  const imports = {};
  modules.set(file, { isEs, imports, text: `function (exports, require, module, __filename, __dirname) {${code}\n}` });
  for (const [, , name] of code.matchAll(REQUIRED)) {
    const found = isEs ? resolveImport(name, file) : resolveRequire(name, file);
    if (found === null || !/\.(js|cjs|mjs|json)$/.test(found)) continue;
    imports[name] = found;
    take(found);
  }
}

function isEsModule(file) {
  if (/\.[mc]js$/.test(file)) return file.endsWith('.mjs');
  for (let place = path.dirname(file); ; place = path.dirname(place)) {
    const description = path.join(place, 'package.json');
    if (existsSync(description)) return JSON.parse(readFileSync(description, 'utf8')).type === 'module';
  }
}

function resolveImport(name, from) {
  try {
    const url = import.meta.resolve(name, pathToFileURL(from).href);
    return url.startsWith('file:') && existsSync(fileURLToPath(url)) ? fileURLToPath(url) : null;
  } catch {
    return null;
  }
}

function resolveRequire(name, from) {
  try {
    const found = createRequire(from).resolve(name);
    return path.isAbsolute(found) ? found : null;
  } catch {
    return null;
  }
}

/** Loads all modules once, in a process that ends before it starts anything, and keeps what V8 made of them. */
function compile() {
  try {
    execFileSync(process.execPath, [script], { env: { PORT: 'none', SKALD_PACK_COMPILE: '1' }, stdio: 'pipe' });
  } catch (err) {
    if (!String(err.stderr).includes('PORT')) throw err;
  }
}

function write(name, text) {
  const file = path.join(folder, name);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { parseDefinition } from '../../src/saga/definition-parser.js';

/** Every page that people read. */
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'sdk/README.md',
  ...readdirSync('examples').map((name) => `examples/${name}/README.md`),
  ...filesBelow('docs', '.md'),
];

/** Not in hidden folders: those are made, not written. */
function filesBelow(folder: string, ending: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const isWritten = (file: string): boolean => !file.split(path.sep).some((part) => part.startsWith('.'));
  return files.filter((file) => file.endsWith(ending) && isWritten(file)).map((file) => path.join(folder, file));
}

const read = (file: string): string => readFileSync(file, 'utf8');

const blocksOf = (page: string, language: string): string[] =>
  [...read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, found, text]) =>
    found === language ? [text!] : [],
  );

/** Links in the text, not in examples of code. */
const linksOf = (page: string): { text: string; target: string }[] =>
  [
    ...read(page)
      .replace(/^```.*?^```$/gms, '')
      .matchAll(/\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g),
  ].map(([, text, target]) => ({ text: text!, target: target! }));

/** As GitHub names the places that headings can be linked by. */
const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** What the sources say, anywhere outside of tests. */
const found = (folder: string, ...patterns: RegExp[]): string[] => {
  const text = filesBelow(folder, '.ts')
    .filter((file) => !file.endsWith('.spec.ts'))
    .map(read)
    .join('\n');
  const all = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name!));
  return [...new Set(all)].sort();
};

/** The words that begin a row of a table of this page. */
const rowsOf = (page: string, column: number): string[] =>
  [...read(page).matchAll(/^\|.*\|$/gm)].flatMap(([row]) => row.split('|')[column]!.match(/(?<=`)[\w-]+(?=`)/g) ?? []);

describe('the documentation', () => {
  it.each(PAGES)('%s links only to what is there', (page) => {
    for (const { target } of linksOf(page)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const resolved = file === '' ? page : path.join(path.dirname(page), file);
      expect([target, existsSync(resolved)]).toEqual([target, true]);
      if (anchor !== undefined) expect(anchorsOf(resolved)).toContain(anchor);
    }
  });

  it('shows definitions that are accepted', () => {
    const definitions = PAGES.flatMap((page) => blocksOf(page, 'yaml'))
      .map((text) => parse(text) as unknown)
      .filter((document) => typeof document === 'object' && document !== null && 'steps' in document);
    expect(definitions.length).toBeGreaterThan(5);
    for (const definition of definitions) expect(parseDefinition(definition)).toHaveProperty('definition');
  });

  it('lists every problem that the API answers with', () => {
    const problems = [
      /new Problem\(\s*\w+,\s*'([a-z0-9-]+)'/g,
      /malformed\(\s*'([a-z0-9-]+)'/g,
      /invalid\([^;]*'([a-z0-9-]+)'\)/g,
    ];
    const refusals = ['react', 'callbacks'].flatMap((file) => [
      ...read(`src/saga/${file}.ts`).matchAll(/[?:n] \{ code: '([a-z0-9-]+)', message/g),
    ]);
    const codes = [
      ...found('src/api', ...problems),
      ...found('src/store', /code = '([a-z0-9-]+)'/g),
      ...found('src/engine', /code = '([a-z0-9-]+)'/g),
      ...refusals.map(([, code]) => code!),
    ];
    expect(codes.length).toBeGreaterThan(30);
    const rows = rowsOf('docs/reference/rest-api.md', 2);
    expect(codes.filter((code) => !rows.includes(code))).toEqual([]);
  });

  it('lists every fact', () => {
    const facts = [...read('src/saga/facts.ts').matchAll(/readonly type: '([a-z0-9-]+)'/g)].map(([, type]) => type);
    expect(facts.length).toBeGreaterThan(20);
    const rows = rowsOf('docs/reference/journal.md', 1);
    expect(facts.filter((fact) => !rows.includes(fact!))).toEqual([]);
  });

  it('lists every code of an error of a step', () => {
    const faults = [...read('src/participants/faults.ts').matchAll(/^ {2}'?([a-z0-9-]+)'?: '[^']+',$/gm)];
    const codes = found('src', /stepError\('([a-z0-9-]+)'/g, /rejected\('([a-z0-9-]+)'/g).concat(
      faults.map(([, code]) => code!),
    );
    expect(codes.length).toBeGreaterThan(20);
    const page = read('docs/reference/participant-protocol.md');
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it('lists every metric', () => {
    const names = found('src', /'(skald_[a-z_]+)'/g);
    expect(names.length).toBeGreaterThan(10);
    const rows = rowsOf('docs/reference/metrics.md', 1);
    expect(names.filter((name) => !rows.includes(name))).toEqual([]);
  });

  it('points from every hazard to tests that exist', () => {
    const tests = linksOf('docs/failure-matrix.md').filter(({ target }) => target.includes('.spec.'));
    expect(tests.length).toBeGreaterThan(50);
    for (const { text, target } of tests) {
      const titles = read(path.join('docs', target)).replaceAll("\\'", "'");
      expect([target, text, titles.includes(text)]).toEqual([target, text, true]);
    }
  });
});

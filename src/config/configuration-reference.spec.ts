import { readFileSync } from 'node:fs';
import './config.js';
import { knownVariables } from './from-env.js';

describe('docs/reference/configuration.md', () => {
  it('has a row for every variable, and for no other', () => {
    const page = readFileSync('docs/reference/configuration.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(
      knownVariables()
        .map(({ name }) => name)
        .sort(),
    );
  });
});

import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The release that runs, by `package.json`: two levels up from `src/config` as well as from `dist/config`. */
export const VERSION = version;

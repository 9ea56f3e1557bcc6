import { configure } from './eslint.config.mjs';

/** What `npm test` runs: the rules that look at one file at a time. */
export default configure({ withTypes: false });

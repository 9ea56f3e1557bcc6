import { fromEnv } from '../support/from-env.js';

/**
 * How much money moves, and how often something is killed meanwhile. The defaults are for a quick run on two cores;
 * `npm run test:bank` is the long one.
 */
export const SCALE = {
  /** Transfers, at least: they go on until the last fault has been got over. */
  transfers: fromEnv('SKALD_BANK_TRANSFERS', 2_000),
  /** What the random choices begin with. */
  seed: fromEnv('SKALD_BANK_SEED', 20_261_123),
};

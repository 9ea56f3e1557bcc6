import { fromEnv } from '../support/from-env.js';

/** How hard these tests try. The defaults are for a quick run on two cores. */
export const SCALE = {
  /** Sagas that start while their participant is away. */
  parked: fromEnv('SKALD_TEST_PARKED', 600),
};

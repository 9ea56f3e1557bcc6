import type { Endpoint } from '../../src/participants/participant.js';

/** Endpoints with these weights. */
export function endpointsOf(...weights: readonly number[]): Endpoint[] {
  return weights.map((weight, index) => {
    const origin = `http://10.0.0.${index + 1}`;
    return { url: origin, origin, basePath: '', weight };
  });
}

/** Numbers from 0 to below 1 that look random and are the same in every run: a linear congruential generator. */
export function dice(seed = 1): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

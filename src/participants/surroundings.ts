import type { Draw } from './policies/limits/schedule.js';

/** What the policies of a process share with those of the others. */
export interface Surroundings {
  /** Ms of a clock that never goes back. */
  readonly now: () => number;
  /** Draws permits from the schedules that all processes share. Rejects while those are away. */
  readonly draw: Draw;
  /** Live processes that drive sagas, this one included. */
  readonly processes: () => number;
  /** Asks for the right to probe a participant for `ttl` ms. `false`: another process has it. Rejects while nobody can be asked. */
  readonly takeProbe: (participant: string, ttl: number) => Promise<boolean>;
}

/** A process that knows of no other: it keeps its limits by itself. */
export const ALONE: Surroundings = {
  now: () => performance.now(),
  draw: () => Promise.reject(new Error('there are no shared schedules')),
  processes: () => 1,
  takeProbe: () => Promise.resolve(true),
};

/**
 * How a step stands:
 * - `pending`: its turn has not come;
 * - `running`: called, or about to be called, or between two attempts;
 * - `waiting`: for a callback, a signal, or a time;
 * - `succeeded`: done;
 * - `failed`: given up, known to have had no effect;
 * - `rejected`: a no; nothing took effect;
 * - `unknown`: given up; it may have had an effect;
 * - `skipped`: left out;
 * - `compensating`: being undone;
 * - `compensated`: undone;
 * - `stuck`: can't go on by itself.
 */
export type StepStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'rejected'
  | 'unknown'
  | 'skipped'
  | 'compensating'
  | 'compensated'
  | 'stuck';

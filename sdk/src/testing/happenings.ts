import type { Entry } from '../../../src/saga/facts.js';
import type { Refusal } from '../../../src/saga/refusal.js';
import type { RecordedCall } from './post.js';

/** Something that happened in a run. `at`: ms since the saga under test was started; `saga`: a definition's name. */
export type Happening =
  | { readonly type: 'call'; readonly call: RecordedCall }
  | { readonly type: 'entry'; readonly at: number; readonly saga: string; readonly entry: Entry }
  | {
      readonly type: 'refusal';
      readonly at: number;
      readonly saga: string;
      /** What was told to the saga. */
      readonly event: string;
      readonly refused: Refusal;
    }
  | { readonly type: 'crash'; readonly at: number };

import type { Definition } from '../../../src/saga/definition.js';
import type { CallbackResult, SagaEvent } from '../../../src/saga/events.js';
import type { Order } from './chance.js';
import type { Fault } from './faults.js';
import type { StepAddress } from './library.js';
import type { Copies } from './post.js';

/** What a test lets happen to a saga besides its participants' own answers. */
export interface Script {
  readonly faults: readonly Fault[];
  readonly messages: readonly Message[];
  readonly results: readonly PromisedResult[];
}

/** Something that somebody tells a saga. */
export interface Message {
  /** Which sagas of the family it is meant for. */
  isFor(definition: Definition): boolean;
  readonly event: SagaEvent;
  /** ms since that saga was started. */
  readonly after: number;
}

/** How an operation ends that its participant has accepted with a 202. */
export interface PromisedResult extends StepAddress {
  /** `null`: it never comes. */
  readonly result: CallbackResult | null;
  /** ms since the 202. */
  readonly after: number;
}

/** What an exhaustive test changes about a run. */
export interface Disturbance {
  /** The orchestrator crashes at this one of its crash points, 1, 2, 3 …; absent: never. */
  readonly crashAt?: number;
  /** Default: once. */
  readonly copies?: Copies;
  /** Default: as the setup has it. */
  readonly order?: Order;
  /** They come before those of the script. */
  readonly faults?: readonly Fault[];
}

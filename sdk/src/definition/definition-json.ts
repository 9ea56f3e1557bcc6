import type { Json } from '../json.js';
import type { RetryRule } from '../retry-rule.js';

/** How a step stands to the point of no return. */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

/** Of a step's target. */
export type HttpMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';

/** A definition as the server takes it. Texts of the form `{% … %}` are JSONata; durations are texts such as `15m`. */
export interface DefinitionJson {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema 2020-12 of a saga's input. */
  readonly input?: Json;
  readonly deadline?: string;
  /** JSON pointers to what must not be shown of the input. */
  readonly sensitive?: readonly string[];
  readonly steps: readonly StepJson[];
  readonly output?: Json;
}

/** A step: a call has an `action`, a timer a `sleep`, one that waits a `signal`, a child a `saga`. */
export interface StepJson {
  readonly name: string;
  readonly kind?: StepKind;
  readonly after?: readonly string[];
  readonly when?: Json;
  readonly optional?: boolean;
  /** JSON pointers to what must not be shown of its output. */
  readonly sensitive?: readonly string[];
  readonly participant?: string;
  readonly action?: TargetJson;
  readonly compensation?: TargetJson | 'none';
  readonly timeout?: string;
  readonly callbackTimeout?: string;
  readonly retry?: RetryRule<string>;
  readonly compensationRetry?: RetryRule<string>;
  readonly fallback?: { readonly strategy: string; readonly response?: Json; readonly ttl?: string };
  readonly sleep?: string;
  readonly signal?: string;
  readonly saga?: string;
  readonly version?: number;
  readonly input?: Json;
}

/** Where and how a participant is asked. */
export interface TargetJson {
  readonly method?: HttpMethod;
  readonly path: string;
  readonly body?: Json;
}

import type { Definition } from './definition.js';
import type { Fact } from './facts.js';
import type { Json, JsonObject } from './json.js';
import type { StepError } from './reply.js';
import { scrubberOf, type Scrub } from './scrubber.js';
import { blankedAt, REDACTED, scalarsAt } from './sensitive-pointers.js';
import type { SagaState } from './state.js';
import { stepError } from './step-error.js';

/** Whether a definition says of anything that it must not be shown. */
export function marksAnything({ sensitive, steps }: Definition): boolean {
  return sensitive !== undefined || steps.some((step) => step.sensitive !== undefined);
}

/**
 * What of one saga may be shown to everybody. The marks of the definition say what is hidden: what they point at is
 * blanked there, and its value wherever else it turns up, in data and in texts. Without marks everything is shown.
 */
export class Redaction {
  private readonly scrub: Scrub | null;
  private readonly pointers: Pointers;

  private constructor(private readonly state: SagaState) {
    this.pointers = pointersOf(state.definition);
    this.scrub = scrubberOf(sensitiveValues(state, this.pointers));
  }

  /** @param state as late as it is known: what the saga has learnt since is hidden in what it said before */
  static of(state: SagaState): Redaction | null {
    return marksAnything(state.definition) ? new Redaction(state) : null;
  }

  /** A text without the values that are hidden. */
  text(text: string): string {
    return this.scrub ? this.scrub(text) : text;
  }

  /** An error whose message says nothing hidden; neither does its fingerprint. */
  error(error: StepError): StepError {
    const message = this.text(error.message);
    return message === error.message ? error : stepError(error.code, message);
  }

  /** The input of the saga. */
  input(input: Json): Json {
    return this.data(blankedAt(input, this.pointers.input));
  }

  /** The output of the saga. */
  output(output: Json): Json {
    return this.data(blankedAt(output, this.pointers.output));
  }

  /** What a step, or its compensation, was answered with. */
  stepOutput(step: string, output: Json): Json {
    return this.data(blankedAt(output, this.pointers.steps.get(step) ?? []));
  }

  /** Data of any form, without the values that are hidden. */
  data(value: Json): Json {
    if (!this.scrub) return value;
    if (typeof value === 'string') return this.scrub(value);
    if (typeof value === 'number') return this.scrub(String(value)) === String(value) ? value : REDACTED;
    if (Array.isArray(value)) return (value as Json[]).map((item) => this.data(item));
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value as JsonObject).map(([name, inner]) => [this.text(name), this.data(inner)]);
    return Object.fromEntries(fields) as JsonObject;
  }

  /** A fact as it may be shown: its data and its texts. */
  fact(fact: Fact): Fact {
    const { step, signal } = fact as { step?: string; signal?: string };
    return mapped(fact, (field, value) => {
      switch (field) {
        case 'input':
          return this.input(value as Json);
        case 'output':
          return step === undefined ? this.output(value as Json) : this.stepOutput(step, value as Json);
        case 'payload':
          return this.payload(signal, value as Json);
        case 'body':
        case 'path':
        case 'tags':
        case 'businessKey':
        case 'concurrencyKey':
          return this.data(value as Json);
        default:
          return this.said(field, value);
      }
    });
  }

  /** A fact as it may be recorded: its texts say nothing hidden; its data is what the saga goes on with. */
  recorded(fact: Fact): Fact {
    return mapped(fact, (field, value) => this.said(field, value));
  }

  private said(field: string, value: unknown): unknown {
    switch (field) {
      case 'error':
        return this.error(value as StepError);
      case 'reason':
        return typeof value === 'string' ? this.text(value) : this.message(value as { message: string });
      case 'outputError':
        return this.text(value as string);
      case 'call': {
        const call = value as { excerpt?: string };
        return call.excerpt === undefined ? call : { ...call, excerpt: this.text(call.excerpt) };
      }
      default:
        return value;
    }
  }

  private message<T extends { readonly message: string }>(reason: T): T {
    return { ...reason, message: this.text(reason.message) };
  }

  /** A signal becomes the output of the step that waits for it. */
  private payload(signal: string | undefined, payload: Json): Json {
    const takers = this.state.definition.steps.filter((step) => step.type === 'signal' && step.signal === signal);
    const pointers = takers.flatMap(({ name }) => this.pointers.steps.get(name) ?? []);
    return this.data(blankedAt(payload, pointers));
  }
}

/**
 * The facts of a saga as everybody may see them: for viewers, and for whatever leaves the server without being asked for by
 * an operator (webhooks, results of bulk operations). The same facts when its definition marks nothing.
 * @param state of the saga after these facts, or later
 */
export function redactedFacts(state: SagaState, facts: readonly Fact[]): readonly Fact[] {
  const redaction = Redaction.of(state);
  return redaction ? facts.map((fact) => redaction.fact(fact)) : facts;
}

/** A text about a saga (a reason, a message) without the values that its definition hides; for every reader. */
export function redactedText(state: SagaState, text: string): string {
  return Redaction.of(state)?.text(text) ?? text;
}

/** A fact as it goes into the journal. Nobody may read hidden values in a message, so they are not even written there. */
export function recordable(state: SagaState, fact: Fact): Fact {
  const hasTexts = 'error' in fact || 'reason' in fact || 'outputError' in fact;
  return hasTexts ? (Redaction.of(state)?.recorded(fact) ?? fact) : fact;
}

/** Where what is hidden stands in each part of a saga. */
interface Pointers {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly steps: ReadonlyMap<string, readonly string[]>;
}

/** Those of the definition point into the input; `/input/…` and `/output/…` are understood as parts of the saga too. */
function pointersOf({ sensitive = [], steps }: Definition): Pointers {
  const below = (part: string) =>
    sensitive.filter((p) => p === part || p.startsWith(`${part}/`)).map((p) => p.slice(part.length));
  return {
    input: [...sensitive, ...below('/input')],
    output: below('/output'),
    steps: new Map(steps.map((step) => [step.name, step.sensitive ?? []])),
  };
}

function* sensitiveValues(state: SagaState, pointers: Pointers): Generator<string | number> {
  yield* scalarsAt(state.input, pointers.input);
  yield* scalarsAt(state.output, pointers.output);
  for (const { name, output } of state.steps) yield* scalarsAt(output, pointers.steps.get(name)!);
  for (const step of state.definition.steps) {
    if (step.type !== 'signal') continue;
    for (const { signal, payload } of state.signals) {
      if (signal === step.signal) yield* scalarsAt(payload, pointers.steps.get(step.name)!);
    }
  }
}

function mapped(fact: Fact, change: (field: string, value: unknown) => unknown): Fact {
  return Object.fromEntries(Object.entries(fact).map(([field, value]) => [field, change(field, value)])) as Fact;
}

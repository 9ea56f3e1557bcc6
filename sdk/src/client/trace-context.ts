/** A place in a distributed trace (W3C Trace Context). */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** A fixed `traceparent`, or a function that is asked before every request, e.g. for the span that is active. */
export type TraceSource = string | (() => TraceContext | undefined);

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** Whether this is a `traceparent` as W3C has it. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}

/** The headers that carry it on. What is not as W3C has it is left out: a request must not fail for its trace. */
export function traceHeaders(source: TraceSource | undefined): Record<string, string> {
  const context = typeof source === 'string' ? { traceparent: source } : source?.();
  if (!context || !isTraceparent(context.traceparent)) return {};
  const { traceparent, tracestate } = context;
  const isSendable = tracestate !== undefined && /^[\x20-\x7e]{1,512}$/.test(tracestate);
  return { traceparent, ...(isSendable && { tracestate }) };
}

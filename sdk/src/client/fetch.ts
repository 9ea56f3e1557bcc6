/** What the client uses of `fetch`, so that another one may take its place (`undici`'s with a dispatcher, say). */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
    readonly redirect: 'manual';
  },
) => Promise<FetchAnswer>;

/** What the client uses of an answer of `fetch`. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: { getReader(): BodyReader } | null;
  text(): Promise<string>;
}

/** What the client uses of a stream's reader. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
  /** Ends the stream, and with it the connection. */
  cancel(): Promise<void>;
}

/** Where text goes. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where text comes from: `process.stdin`, or anything that gives chunks. */
export interface Source extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean;
}

/** What a run of the command line touches of the process that it is in. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: Source;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what goes on for long: `watch`, `--follow`, waiting for a bulk operation. */
  readonly signal?: AbortSignal;
}

import { run } from '../src/run.js';
import type { Surroundings } from '../src/surroundings.js';

/** What came of one command line. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  // What the commands print is of every shape.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly json: any;
}

/** How a command line is run. */
export interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Standard output is a terminal of this width. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Told of all that is printed, as it is. */
  readonly heard?: (text: string) => void;
}

/** Runs a command line in this process. */
export async function skald(argv: readonly string[], setting: Setting = {}): Promise<Outcome> {
  let out = '';
  let err = '';
  const { env = {}, stdin = '', columns, signal, heard } = setting;
  const at: Surroundings = {
    stdout: {
      write: (text: string) => ((out += text), heard?.(text)),
      ...(columns !== undefined && { isTTY: true, columns }),
    },
    stderr: { write: (text: string) => (err += text) },
    stdin: (async function* () {
      yield stdin;
    })(),
    env,
    ...(signal && { signal }),
  };
  const code = await run(argv, at);
  return {
    code,
    out,
    err,
    get json() {
      return JSON.parse(out) as unknown;
    },
  };
}

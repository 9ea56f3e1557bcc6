import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import type { Json } from '../../src/saga/json.js';

/** What a participant is told to do with a call; empty: take effect and answer 200. */
export interface Behaviour {
  /** ms before the effect. */
  readonly delay?: number;
  /** ms between the effect and the answer. */
  readonly linger?: number;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly output?: Json;
  /** Whether it takes effect; default: when `status` is below 300. */
  readonly effect?: boolean;
  /** How the answer ends: never sent, connection reset, a byte every `every` ms, or cut in the middle. */
  readonly end?: 'answer' | 'hang' | 'reset' | 'drip' | 'cut';
  readonly every?: number;
  /** Sent to the callback URL before the answer. */
  readonly callBackFirst?: Json;
  /** ms after the effect until `callBackWith` (default: succeeded) is sent to the callback URL. */
  readonly callBackAfter?: number;
  readonly callBackWith?: Json;
  /** So many calls of one key get 503 first. */
  readonly refuseFirst?: number;
  /** ms after the first call of a key in which all its calls get 503. */
  readonly failFor?: number;
  /** By number of the call of one key; the last one stays. */
  readonly sequence?: readonly Behaviour[];
}

/** Behaviour of all calls that fit; what is left out fits all. */
export interface Rule {
  readonly participant?: string;
  readonly step?: string;
  readonly operation?: 'action' | 'compensation';
  readonly saga?: string;
  readonly behaviour: Behaviour;
}

/** Put in a saga's input under `behave`, where the default bodies carry it to the participant. */
export type Behave = Readonly<Record<string, { readonly action?: Behaviour; readonly compensation?: Behaviour }>>;

export interface Effect {
  /** Counts over all effects and calls of all participants: the order in which things happened. */
  readonly n: number;
  readonly at: number;
  readonly participant: string;
  readonly saga: string;
  readonly step: string;
  readonly operation: 'action' | 'compensation';
  readonly key: string;
  readonly attempt: number;
  readonly seq: number;
  /** `none`: refused by behaviour; `barred`: an action after its compensation. */
  readonly outcome: 'applied' | 'undone' | 'nothing-to-undo' | 'barred' | 'none';
  readonly status: number;
}

export interface Call extends Omit<Effect, 'outcome' | 'status'> {
  readonly path: string;
  readonly callbackUrl: string;
  /** Only when the ledger of one saga was asked for. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

export interface Ledger {
  readonly effects: readonly Effect[];
  readonly calls: readonly Call[];
}

/** The participants' process; see participant-server.mjs. */
export class ParticipantProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  static async start(options: { barrier?: boolean; ledgerFile?: string } = {}): Promise<ParticipantProcess> {
    const child = spawn(process.execPath, [resolve('test/support/participant-server.mjs')], {
      env: { BARRIER: options.barrier === false ? 'off' : 'on', LEDGER: options.ledgerFile ?? '' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [address] = (await once(child.stdout, 'data')) as [Buffer];
    // It ends with the tests, by the end of its standard input; they must not wait for it.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as Socket).unref();
    return new ParticipantProcess(child, address.toString().trim());
  }

  /** Base URL of the participant called `name`; every name is served. */
  endpoint(name: string): string {
    return `${this.url}/${name}`;
  }

  async setRules(rules: readonly Rule[]): Promise<void> {
    const response = await fetch(`${this.url}/rules`, { method: 'PUT', body: JSON.stringify(rules) });
    if (!response.ok) throw new Error(`rules refused: ${await response.text()}`);
    await response.arrayBuffer();
  }

  /** @param saga only what concerns this saga, with headers and bodies */
  async ledger(saga?: string): Promise<Ledger> {
    const response = await fetch(`${this.url}/ledger${saga === undefined ? '' : `?saga=${saga}`}`);
    return (await response.json()) as Ledger;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

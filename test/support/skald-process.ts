import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedServer } from './built-server.js';
import { endWithTests } from './guard.js';
import { freePort } from './ports.js';
import { SkaldApi } from './skald-api.js';
import { sleep } from './waiting.js';

/** Settings of the server, e.g. `DATABASE_URL`; nothing of the test's own environment is passed on but `PATH`. */
export type Settings = Readonly<Record<string, string>>;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Skald server as a process of its own, to be started, killed, frozen and started again. */
export class SkaldProcess {
  /** Settles when the process that runs now has ended. */
  exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  readonly api: SkaldApi;
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'skald-process-'));

  private constructor(
    private readonly port: number,
    private readonly settings: Settings,
    private readonly program: string,
  ) {
    this.api = new SkaldApi(`http://127.0.0.1:${port}`);
  }

  /** Starts a server on a free port and waits until it is ready. @param program default: the one that starts quickly */
  static async start(settings: Settings, program = packedServer()): Promise<SkaldProcess> {
    const server = new SkaldProcess(await freePort(), settings, program);
    try {
      await server.restart();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** The same port and settings again, with `more` on top. Only when no process runs. */
  async restart(more: Settings = {}): Promise<void> {
    this.launch(more);
    await this.ready();
  }

  /** Like {@link restart}, without waiting for anything. */
  launch(more: Settings = {}): void {
    const log = openSync(this.logFile, 'a');
    const base = {
      PATH: process.env['PATH'] ?? '',
      PORT: String(this.port),
      HOST: '127.0.0.1',
      SKALD_LOG_FORMAT: 'json',
    };
    const child = spawn(process.execPath, [this.program], {
      env: { ...base, SKALD_DATA_DIR: join(this.folder, 'data'), ...this.settings, ...more },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    void this.exited.then(endWithTests(child.pid!));
  }

  /** Waits until `GET /health/ready` answers 200. @returns ms that it took */
  async ready(patience = 60_000): Promise<number> {
    const start = Date.now();
    while (!(await this.isReady())) {
      if (!this.runs) throw new Error(`the server ended while it started:\n${this.log()}`);
      if (Date.now() - start > patience)
        throw new Error(`the server is not ready after ${patience} ms:\n${this.log()}`);
      await sleep(25);
    }
    return Date.now() - start;
  }

  async isReady(): Promise<boolean> {
    return (await this.health('ready')) === 200;
  }

  /** Status of a health endpoint; `null` when no answer came within 2 s. */
  async health(which: 'ready' | 'live'): Promise<number | null> {
    try {
      const response = await fetch(`${this.api.url}/health/${which}`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }

  get runs(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal: SIGKILL, SIGTERM, SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Ends it (kill -9) and removes what it left on disk. */
  async dispose(): Promise<void> {
    if (this.runs) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The last lines that it wrote, without what every start says. */
  log(lines = 40): string {
    const all = readFileSync(this.logFile, 'utf8').split('\n');
    const telling = all.filter((line) => line !== '' && !/SKALD_API_KEYS|SKALD_CRASH_AT is set/.test(line));
    return telling.slice(-lines).join('\n');
  }

  get logFile(): string {
    return join(this.folder, 'skald.log');
  }
}

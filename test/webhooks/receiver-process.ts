import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../support/ports.js';

/** One event as the receiver wrote it down, before it answered. */
export interface Received {
  readonly id: string;
  readonly saga: string;
  readonly seq: number;
}

/** A receiver of events as a process of its own, to be killed and started again; see receiver-server.mjs. */
export class ReceiverProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'skald-receiver-'));
  private child: ChildProcess | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<ReceiverProcess> {
    const receiver = new ReceiverProcess(await freePort());
    await receiver.restart();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`;
  }

  /** At the same port, with what it has written down so far. */
  async restart(): Promise<void> {
    const child = spawn(process.execPath, [resolve('test/webhooks/receiver-server.mjs')], {
      env: { PORT: String(this.port), NOTES: join(this.folder, 'notes') },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    // It ends with the tests, by the end of its standard input; they must not wait for it.
    child.unref();
    for (const pipe of [child.stdin, child.stdout]) (pipe as unknown as Socket).unref();
    this.child = child;
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Everything that has arrived, in the order in which it came. */
  get received(): readonly Received[] {
    const lines = readFileSync(join(this.folder, 'notes'), 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Received);
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { endWithTests } from '../../../test/support/guard.js';
import { freePort } from '../../../test/support/ports.js';
import { eventually } from '../../../test/support/waiting.js';

/** One of the services as a process of its own, to be killed and started again. */
export class ServiceProcess {
  private child: ChildProcess | undefined;

  private constructor(
    readonly name: string,
    private readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(name: string, settings: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const service = new ServiceProcess(name, await freePort(), settings);
    await service.restart();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    const env = { PATH: process.env['PATH'] ?? '', ...this.settings, PORT: String(this.port) };
    const program = resolve('examples/travel/dist/main.js');
    const child = spawn(process.execPath, [program, this.name], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('exit', endWithTests(child.pid!));
    this.child = child;
    await eventually(`${this.name} is ready`, async () => (await fetch(`${this.url}/health/ready`)).ok);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}

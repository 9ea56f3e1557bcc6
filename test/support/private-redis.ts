import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { endWithTests } from './guard.js';
import { freePort } from './ports.js';
import { eventually } from './waiting.js';

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** A Redis server of the test's own, to be wiped, stopped and started. Keeps nothing on disk. */
export class PrivateRedis {
  private child: ChildProcess | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<PrivateRedis> {
    const redis = new PrivateRedis(await freePort());
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  async restart(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn('redis-server', [...options, '--maxmemory-policy', 'noeviction'], { stdio: 'ignore' });
    this.child.once('exit', endWithTests(this.child.pid!));
    await eventually('redis-server answers', async () => (await this.command('PING')) === '+PONG');
  }

  /** kill -9: everything in it is lost. */
  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  async flushAll(): Promise<void> {
    await this.command('FLUSHALL');
  }

  /** Freezes it: connections stay open and nothing answers. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** First line of the answer to an inline command. */
  private command(line: string): Promise<string> {
    return new Promise((settle, fail) => {
      const socket = connect({ host: '127.0.0.1', port: this.port }, () => socket.write(`${line}\r\n`));
      socket.setTimeout(2_000, () => socket.destroy(new Error('redis-server does not answer')));
      socket.once('data', (data) => {
        socket.destroy();
        settle(data.toString().split('\r\n')[0] ?? '');
      });
      socket.once('error', fail);
    });
  }
}

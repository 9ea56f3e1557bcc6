import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from './postmaster.js';

let taken = 0;

/**
 * The processes that use one server, as one empty file each. The last to leave stops the server; who was killed
 * without leaving no longer counts.
 */
export class Tenants {
  private readonly name = `${process.pid}-${++taken}`;

  constructor(private readonly directory: string) {}

  /** To be called before looking for a server, so that whoever stops it sees us. */
  enter(): void {
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(path.join(this.directory, this.name), '');
  }

  /** True when nobody is left. */
  leave(): boolean {
    rmSync(path.join(this.directory, this.name), { force: true });
    return this.living().length === 0;
  }

  private living(): string[] {
    return readdirSync(this.directory).filter((name) => {
      const alive = isAlive(Number.parseInt(name, 10));
      if (!alive) rmSync(path.join(this.directory, name), { force: true });
      return alive;
    });
  }
}

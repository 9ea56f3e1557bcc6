import { createInterface } from 'node:readline/promises';
import { SkaldClient, type Duration } from '@skald/sdk';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { EXIT, UsageFailure } from './failure.js';
import { coloured, colourless, type Paint } from './output/paint.js';
import { plain } from './output/plain.js';
import type { Surroundings } from './surroundings.js';

/** Options that every command takes. */
export interface CommonOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly timeout?: Duration;
  readonly output?: Format;
  /** False: `--no-color`. */
  readonly color?: boolean;
}

export type Format = 'table' | 'json' | 'yaml';

export const DEFAULT_SERVER = 'http://127.0.0.1:8080';

/** Opens the session of the command that runs. */
export type Open = (command: Command) => Session;

/** One command at work: the server it talks to, and the terminal it tells of it. */
export class Session {
  /** How the command has gone, unless it fails. */
  exitCode: number = EXIT.ok;
  #client: SkaldClient | undefined;

  constructor(
    readonly options: CommonOptions,
    readonly at: Surroundings,
  ) {}

  /** Where the server is, as far as it was said. */
  get server(): string {
    return this.options.server ?? (this.at.env['SKALD_URL'] || DEFAULT_SERVER);
  }

  get apiKey(): string | undefined {
    return this.options.apiKey ?? (this.at.env['SKALD_API_KEY'] || undefined);
  }

  get skald(): SkaldClient {
    if (this.options.apiKey !== undefined) {
      this.note('--api-key can be seen by other users of this machine and stays in your history: set SKALD_API_KEY');
    }
    const { timeout } = this.options;
    this.#client ??= new SkaldClient({
      baseUrl: this.server,
      ...(this.apiKey !== undefined && { apiKey: this.apiKey }),
      ...(timeout !== undefined && { timeout }),
    });
    Object.defineProperty(this, 'skald', { value: this.#client });
    return this.#client;
  }

  /** As asked for; else for people in a terminal, and for programs elsewhere. */
  get format(): Format {
    return this.options.output ?? (this.at.stdout.isTTY ? 'table' : 'json');
  }

  get paint(): Paint {
    const isWanted = this.options.color !== false && !this.at.env['NO_COLOR'];
    return isWanted && this.at.stdout.isTTY ? coloured : colourless;
  }

  /** The answer of the command, on standard output: as a table made by `asTable`, or as the value itself. */
  show(value: unknown, asTable: () => string): void {
    if (this.format === 'table') this.print(asTable());
    else if (this.format === 'yaml') this.print(stringify(value, { lineWidth: 0 }));
    else this.print(`${JSON.stringify(value, null, 2)}\n`);
  }

  print(text: string): void {
    this.at.stdout.write(text);
  }

  /** A message for people, on standard error. */
  note(sentence: string): void {
    this.at.stderr.write(`${plain(sentence)}\n`);
  }

  /** Whether somebody is there to answer. */
  get isInteractive(): boolean {
    return this.at.stdin.isTTY === true && this.at.stderr.isTTY === true;
  }

  async ask(question: string): Promise<string> {
    const terminal = createInterface({
      input: this.at.stdin as unknown as NodeJS.ReadableStream,
      output: this.at.stderr as unknown as NodeJS.WritableStream,
    });
    try {
      return (await terminal.question(`${plain(question)} `, this.at.signal ? { signal: this.at.signal } : {})).trim();
    } finally {
      terminal.close();
    }
  }

  /** @throws {UsageFailure} if nobody can be asked, or the answer is no */
  async confirm(question: string): Promise<void> {
    if (!this.isInteractive) throw new UsageFailure('nobody is there to be asked: say --yes');
    if (/^y(es)?$/i.test(await this.ask(`${question} [y/N]`))) return;
    throw new UsageFailure('nothing was done');
  }

  /** Why, as it was said or as it is asked for. */
  async reason(given: string | undefined): Promise<string> {
    if (given !== undefined && given !== '') return given;
    const answer = this.isInteractive ? await this.ask('Reason?') : '';
    if (answer !== '') return answer;
    throw new UsageFailure('say why: --reason "…"');
  }
}

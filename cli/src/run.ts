import { CommanderError, type Command } from 'commander';
import { EXIT, exitCodeOf, linesOf } from './failure.js';
import { plain } from './output/plain.js';
import { programOf } from './program.js';
import { Session, type CommonOptions } from './session.js';
import type { Surroundings } from './surroundings.js';

/**
 * Runs one command line. Never throws, and never ends the process.
 * @param argv what comes after `skald`
 * @returns the exit code
 */
export async function run(argv: readonly string[], at: Surroundings): Promise<number> {
  let session: Session | undefined;
  const program = programOf(
    at,
    (command: Command) => (session = new Session(command.optsWithGlobals<CommonOptions>(), at)),
  );
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return session?.exitCode ?? EXIT.ok;
  } catch (err) {
    // Commander has told of it already.
    if (err instanceof CommanderError) return err.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (at.signal?.aborted) return session?.exitCode ?? EXIT.ok;
    const [first = '', ...more] = linesOf(err).map(plain);
    at.stderr.write(`${['skald: ' + first, ...more].join('\n')}\n`);
    return exitCodeOf(err);
  }
}

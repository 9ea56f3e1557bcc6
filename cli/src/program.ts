import { Command, Option } from 'commander';
import { duration } from './arguments/moments.js';
import { addApply } from './commands/apply.js';
import { addAudit } from './commands/audit.js';
import { addBulk } from './commands/bulk.js';
import { addCompletion } from './commands/completion.js';
import { addDefinitions } from './commands/definitions.js';
import { addDoctor } from './commands/doctor.js';
import { addKeys } from './commands/keys.js';
import { addOrders } from './commands/orders.js';
import { addParticipants } from './commands/participants.js';
import { addSagaCommands } from './commands/sagas.js';
import { addStuck } from './commands/stuck.js';
import { addVersion } from './commands/version.js';
import { addWatch } from './commands/watch.js';
import { addWebhooks } from './commands/webhooks.js';
import { DEFAULT_SERVER, type Open } from './session.js';
import type { Surroundings } from './surroundings.js';
import { VERSION } from './version.js';

const EXIT_CODES = `
Exit codes: 0 done · 1 failed · 2 not understood · 3 not found · 4 refused (409, 412, 422) · 5 not allowed (401, 403)
  6 out of reach, or later · 10 the saga was compensated · 11 the saga is stuck (10, 11: start --wait, watch)`;

/** The tree of all commands. */
export function programOf({ stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>, open: Open): Command {
  const program = new Command('skald')
    .description('Start, watch and mend sagas; keep definitions, participants and keys; check an installation.')
    .version(VERSION, '-V, --version', 'show the version')
    .option('--server <url>', `where Skald is; default: SKALD_URL, else ${DEFAULT_SERVER}`)
    .option('--api-key <key>', 'better: SKALD_API_KEY')
    .option('--timeout <duration>', 'for one call with all its attempts; default 30s', duration)
    .addOption(
      new Option('-o, --output <format>', 'default: table in a terminal, else json').choices(['table', 'json', 'yaml']),
    )
    .option('--no-color', 'no colours; so does the variable NO_COLOR')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(skald --help, or skald <command> --help)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    });
  for (const add of [
    ...[addSagaCommands, addWatch, addOrders, addBulk, addStuck],
    ...[addApply, addDefinitions, addParticipants],
    ...[addKeys, addWebhooks, addAudit, addDoctor, addCompletion, addVersion],
  ]) {
    add(program, open);
  }
  return program;
}

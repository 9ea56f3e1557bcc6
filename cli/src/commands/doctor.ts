import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { fail, ok, type Finding } from '../doctor/finding.js';
import { checkServer } from '../doctor/server.js';
import { EXIT } from '../failure.js';
import { paintStatus } from '../output/paint.js';
import { plain } from '../output/plain.js';
import type { Open, Session } from '../session.js';
import { VERSION } from '../version.js';

/** Look whether an installation is as it should be. */
export function addDoctor(program: Command, open: Open): void {
  program
    .command('doctor')
    .description('check the server, clocks, Postgres, Redis and targets from here; says how to mend what is wrong')
    .addOption(new Option('--database <url>', 'Postgres; default: DATABASE_URL, else it is left out'))
    .addOption(new Option('--redis <url>', 'Redis; default: REDIS_URL, else it is left out'))
    .addOption(
      new Option('--migrations <folder>', "the server's migrations; default: those beside this command, if any"),
    )
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      const findings = await examine(session, options);
      const isText = session.options.output === undefined || session.options.output === 'table';
      if (isText) for (const finding of findings) session.print(lineOf(session, finding));
      else session.show({ items: findings }, () => '');
      if (findings.some(({ result }) => result === 'fail')) session.exitCode = EXIT.failed;
    });
}

interface Options {
  readonly database?: string;
  readonly redis?: string;
  readonly migrations?: string;
}

async function examine(session: Session, { database, redis, migrations }: Options): Promise<Finding[]> {
  const { env } = session.at;
  const postgresUrl = database ?? env['DATABASE_URL'];
  const redisUrl = redis ?? env['REDIS_URL'];
  const folder = migrations ?? fileURLToPath(new URL('../../../migrations', import.meta.url));
  // The drivers of Postgres and Redis are loaded by no other command.
  const { checkPostgres, migrationsIn } = await import('../doctor/postgres.js');
  const { checkRedis } = await import('../doctor/redis.js');
  const none = Promise.resolve<Finding[]>([]);
  const parts = await Promise.all([
    checkServer(session.skald, session.server, session.apiKey !== undefined),
    postgresUrl ? checkPostgres(postgresUrl, migrationsIn(path.resolve(folder))) : none,
    redisUrl ? checkRedis(redisUrl) : none,
  ]);
  return [...nodeVersion(), ...parts.flat()];
}

function nodeVersion(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  const told = `skald ${VERSION} on Node.js ${process.versions.node}`;
  return [isNew ? ok('this command', told) : fail('this command', `${told}: it needs 20.19 or newer`)];
}

function lineOf({ paint }: Session, { check, result, message }: Finding): string {
  return `${paintStatus(paint, result)}${' '.repeat(5 - result.length)} ${plain(`${check}: ${message}`)}\n`;
}

#!/usr/bin/env node
import { run } from './run.js';

const interrupted = new AbortController();
// The first Ctrl+C ends what goes on for long in good order, the second one ends it at once.
process.once('SIGINT', () => {
  process.exitCode = 130;
  interrupted.abort();
  setTimeout(() => process.exit(130), 500).unref();
});
// `skald list | head`: whoever read has read enough.
process.stdout.on('error', (err: NodeJS.ErrnoException) => process.exit(err.code === 'EPIPE' ? 0 : 1));

const { stdout, stderr, stdin, env } = process;
const code = await run(process.argv.slice(2), { stdout, stderr, stdin, env, signal: interrupted.signal });
process.exitCode ??= code;

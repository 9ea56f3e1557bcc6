import type { Call } from './call.js';

/** Is told what went wrong in a participant, since its callers are not. */
export type FaultListener = (error: unknown, call: Call | undefined) => unknown;

/** Tells a fault. Whatever the listener does, the answer goes its way and the process lives on. */
export function tellFault(listener: FaultListener, error: unknown, call: Call | undefined): void {
  void (async () => listener(error, call))().catch((own: unknown) => {
    printFault(error, call);
    printFault(own, call);
  });
}

/** One line on stderr: which operation, and the stack. */
export function printFault(error: unknown, call: Call | undefined): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `skald participant: ${call?.idempotencyKey ?? 'no call'}: ${stack.replace(/\s*\n\s*/g, ' | ')}\n`,
  );
}

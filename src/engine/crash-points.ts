/** Places where a crash test may kill the process, in the order in which a saga passes them. */
export type CrashPoint =
  | 'after-accept'
  | 'before-call'
  | 'after-call'
  | 'before-append'
  | 'after-append'
  | 'before-park'
  | 'after-wake'
  /** Of an event that goes out, before and after its receiver has it. */
  | 'before-deliver'
  | 'after-deliver';

let armed: { readonly name: string; remaining: number } | null = null;

/** Makes the process kill itself, without any clean-up, when it passes `name` for the `n`-th time. */
export function armCrashPoint(name: string, n: number): void {
  armed = { name, remaining: n };
}

export function crashPoint(name: CrashPoint): void {
  if (armed === null || armed.name !== name) return;
  armed.remaining -= 1;
  if (armed.remaining <= 0) process.kill(process.pid, 'SIGKILL');
}

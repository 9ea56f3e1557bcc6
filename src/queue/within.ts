/** Something outside did not answer in time. Whether it did what was asked is not known. */
export class TimedOut extends Error {
  readonly code = 'timed-out';
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms} ms`);
  }
}

/** What `work` comes to, or {@link TimedOut} when it takes longer than `ms`. A late failure of `work` is nobody's. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(what, ms)), ms);
  });
  try {
    return await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}

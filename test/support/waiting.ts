import { setTimeout as sleep } from 'node:timers/promises';

export { sleep };

/**
 * Asks again and again until `question` yields something other than `undefined` or `false`.
 * @param patience ms; throws a sentence with `what` when it is over. Errors of `question` count as "not yet".
 */
export async function eventually<T>(
  what: string,
  question: () => Promise<T | undefined | false> | T | undefined | false,
  patience = 15_000,
  interval = 50,
): Promise<T> {
  const until = Date.now() + patience;
  let last: unknown;
  for (;;) {
    try {
      const answer = await question();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > until) {
      throw new Error(
        `${what}: not within ${patience} ms${last === undefined ? '' : ` (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`}`,
      );
    }
    await sleep(interval);
  }
}

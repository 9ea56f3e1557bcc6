/** Where the result of an accepted operation goes. Its URL is the credential: keep it, and don't log it. */
export interface Callback<Output = unknown> {
  /** Enough to make the handle again, in another process or much later: `callback(url)`. */
  readonly url: string;
  /**
   * Tells Skald that it is done. Tried again until there is an answer.
   * @returns `false` if nobody waits for it any more (the saga gave the step up): undo nothing, the compensation will come
   */
  succeed(output: Output): Promise<boolean>;
  /**
   * Tells Skald the business no: nothing took effect.
   * @returns `false` if nobody waits for it any more
   */
  reject(reason: string): Promise<boolean>;
}

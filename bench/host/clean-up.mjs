/** What has to be undone, last first. */
export class CleanUp {
  /** @type {Array<() => unknown>} */
  #steps = [];

  /** @param {() => unknown} step may be asynchronous */
  add(step) {
    this.#steps.push(step);
  }

  /** Does every step even if one fails; then throws the first failure. */
  async run() {
    /** @type {unknown[]} */
    const failures = [];
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * Runs `build`; if it fails, what it had added by then is undone.
 * @template T
 * @param {(cleanUp: CleanUp) => Promise<T>} build
 * @returns {Promise<T>}
 */
export async function allOrNothing(build) {
  const cleanUp = new CleanUp();
  try {
    return await build(cleanUp);
  } catch (error) {
    await cleanUp.run().catch(() => {}); // the failure that led here is the one to report
    throw error;
  }
}

/** Ends a wait early. When it has been rung already, the next wait ends at once. */
export class Bell {
  #isRung = false;
  #wake = (): void => undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /** Until it is rung, or for so many ms. */
  async wait(ms: number): Promise<void> {
    if (!this.#isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isRung = false;
  }
}

/** Something to wait for, until somebody opens it. */
export class Gate {
  readonly opened: Promise<void>;
  private settle!: () => void;

  constructor() {
    this.opened = new Promise((settle) => (this.settle = settle));
  }

  open(): void {
    this.settle();
  }
}

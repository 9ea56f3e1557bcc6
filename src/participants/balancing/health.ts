/** So many bad checks in a row put an endpoint out. */
const BAD_CHECKS = 3;

/** So many good checks in a row bring it back. */
const GOOD_CHECKS = 2;

/** What active checks say of an endpoint. It counts as healthy until they have said otherwise. */
export class Health {
  private healthy = true;
  /** Checks in a row that contradict `healthy`. */
  private contradictions = 0;

  get isGood(): boolean {
    return this.healthy;
  }

  /** @returns whether this check has turned the opinion */
  heard(isGood: boolean): boolean {
    this.contradictions = isGood === this.healthy ? 0 : this.contradictions + 1;
    if (this.contradictions < (this.healthy ? BAD_CHECKS : GOOD_CHECKS)) return false;
    this.healthy = isGood;
    this.contradictions = 0;
    return true;
  }

  /** Nobody checks any more. */
  reset(): void {
    this.healthy = true;
    this.contradictions = 0;
  }
}

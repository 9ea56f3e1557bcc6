/**
 * What gives a service a limited capacity: so many clerks, each with one call at a time, and a line in front of them.
 * Who finds the line full is turned away with 503 and `Retry-After`, by which Skald knows that nothing took effect.
 */
export class Desk {
  #free;
  #length;
  #line = new Set();
  #served = 0;
  #turnedAway = 0;
  #longestLine = 0;

  /**
   * @param {number} clerks
   * @param {number} length of the line
   */
  constructor(clerks, length) {
    this.#free = clerks;
    this.#length = length;
  }

  /** Calls since the start: `served`, `turnedAway`, and the `longestLine` there has been. */
  get figures() {
    return { served: this.#served, turnedAway: this.#turnedAway, longestLine: this.#longestLine };
  }

  /** Express middleware. */
  receive = (request, response, next) => {
    if (this.#free > 0) {
      this.#free--;
      this.#serve(response, next);
    } else if (this.#line.size < this.#length) {
      const turn = () => {
        this.#line.delete(turn);
        this.#serve(response, next);
      };
      // Whoever hangs up has left the line, too.
      response.once('close', () => this.#line.delete(turn));
      this.#longestLine = Math.max(this.#longestLine, this.#line.add(turn).size);
    } else {
      this.#turnedAway++;
      response.status(503).set('Retry-After', '1').json({ detail: 'the line is full' });
    }
  };

  #serve(response, next) {
    this.#served++;
    response.once('close', () => {
      const [turn] = this.#line;
      if (turn) turn();
      else this.#free++;
    });
    next();
  }
}

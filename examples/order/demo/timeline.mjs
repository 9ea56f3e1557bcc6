/** Lines wait this long (ms) before they are printed, so that two sources can be put in order by their own clocks. */
const REORDER = 300;
const LEFT = 44;

const plain = (text) => text;
const paint = (code) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? (text) => `\x1b[${code}m${text}\x1b[0m` : plain;
export const [bold, dim, red, green, yellow, cyan] = [1, 2, 31, 32, 33, 36].map(paint);

/** Prints what Skald's journal and the participants' ledgers say, side by side and in the order in which it happened. */
export class Timeline {
  #start = Date.now();
  #waiting = [];
  #heldFrom = Infinity;
  #timer = setInterval(() => this.#flush(Math.min(Date.now() - REORDER, this.#heldFrom)), 30);

  heading(text) {
    this.#flush(Infinity);
    console.log(`\n${bold(text)}\n`);
    console.log(dim(`     time  ${'Skald’s journal'.padEnd(LEFT)}participants’ ledgers`));
    this.#start = Date.now();
  }

  /** @param {import('@skald/sdk').JournalEntry} entry */
  journal(entry) {
    this.#heldFrom = Infinity;
    for (const fact of entry.facts) {
      const told = tell(fact);
      if (told) this.#add(entry.at, told[1](told[0].length < LEFT ? told[0] : `${told[0].slice(0, LEFT - 2)}…`));
    }
  }

  /** @param {string} participant @param {import('../ledger.mjs').Entry} entry */
  ledger(participant, entry) {
    const colour = { applied: green, undone: yellow, refused: red }[entry.outcome] ?? dim;
    this.#add(entry.at, `${' '.repeat(LEFT)}${colour(`${participant.padEnd(10)} ${entry.what}`)}`);
  }

  note(text) {
    this.#add(new Date(), cyan(text));
  }

  /** Holds all further lines until the journal goes on: whoever reads it may take a while to connect again. */
  awaitJournal() {
    this.#heldFrom = Date.now();
  }

  /** Prints what is left. */
  end() {
    clearInterval(this.#timer);
    this.#flush(Infinity);
  }

  /** For when one act is over. */
  async settled() {
    await new Promise((done) => setTimeout(done, 2 * REORDER));
    this.#flush(Infinity);
  }

  #add(at, text) {
    this.#waiting.push({ at: new Date(at).getTime(), text });
  }

  #flush(until) {
    this.#waiting.sort((a, b) => a.at - b.at);
    while (this.#waiting.length > 0 && this.#waiting[0].at <= until) {
      const { at, text } = this.#waiting.shift();
      const seconds = Math.max(0, at - this.#start) / 1000;
      console.log(`${dim(`${seconds.toFixed(2)} s`.padStart(9))}  ${text}`);
    }
  }
}

/** A fact in words; `null` when it would only be noise here. */
function tell(fact) {
  switch (fact.type) {
    case 'saga-started':
      return ['saga started', bold];
    case 'step-succeeded':
      return [`${fact.step} succeeded`, green];
    case 'step-rejected':
      return [`${fact.step} rejected: ${fact.error.message}`, red];
    case 'attempt-failed':
      return [`${fact.step}: attempt ${fact.attempt} failed (${fact.error.code})`, yellow];
    case 'turned-back':
      return ['turned back: what was done is undone', red];
    case 'step-compensated':
      return [`${fact.step} compensated`, yellow];
    case 'saga-completed':
      return ['saga completed', bold];
    case 'saga-compensated':
      return ['saga compensated', bold];
    default:
      return null;
  }
}

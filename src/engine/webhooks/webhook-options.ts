/** What deliveries need to know of their surroundings. Times in ms. */
export interface WebhookOptions {
  /** For one delivery: connecting, sending, and the whole answer. */
  readonly timeout: number;
  /** How long a stream belongs to the process that delivers it without a sign of life; longer than `timeout`. */
  readonly lease: number;
  /** How long an event is tried without a single success in its stream. */
  readonly giveUpAfter: number;
  /** How long events wait for their receiver at most, and is remembered what became of them. */
  readonly retention: number;
}

import type { NamedFallback } from '../participants/fallbacks.js';
import { NO_DEFAULTS, parseDefaults, type ParticipantDefaults } from '../participants/participant-defaults.js';
import type { Participant } from '../participants/participant.js';
import { parseParticipant } from '../participants/participant-parser.js';
import type { RetryPolicy } from '../saga/backoff.js';
import type { CallStep, Operation } from '../saga/definition.js';
import type { JsonObject } from '../saga/json.js';
import { retryPolicyOf } from '../saga/replies.js';
import { DEFAULTS_ROW, type Participants } from '../store/participants.js';

/** How often changes made through other processes are looked for, in ms: half of what the contract allows (§6). */
const REFRESH_INTERVAL = 1_000;

/** All participants with the policies in force, in memory; follows the table within two seconds. */
export class ParticipantDirectory {
  private readonly documents = new Map<string, JsonObject>();
  private readonly known = new Map<string, Participant>();
  private inForce = NO_DEFAULTS;
  private revision = 0;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly participants: Participants,
    private readonly log: { error(fields: object, message: string): void },
  ) {}

  find(name: string): Participant | undefined {
    return this.known.get(name);
  }

  /** How often an operation is tried: what its step says over what its participant says over the defaults. */
  retryPolicy(step: CallStep, operation: Operation): RetryPolicy {
    const participant = this.known.get(step.participant);
    return retryPolicyOf(step, operation, operation === 'action' ? participant?.retry : participant?.compensationRetry);
  }

  /** What stands in for an answer, by its name under `fallbacks:` in the resilience file. */
  fallback(name: string): NamedFallback | undefined {
    return this.inForce.fallbacks.get(name);
  }

  /** What the resilience file says of all participants. */
  get defaults(): ParticipantDefaults {
    return this.inForce;
  }

  /** For one that is not known yet: it may have been stored through another process a moment ago. */
  async lookUp(name: string): Promise<Participant | undefined> {
    // Those who miss one at the same moment share one look; while Postgres is away, what is known has to do.
    this.looking ??= this.refresh()
      .catch(() => undefined)
      .finally(() => (this.looking = null));
    await this.looking;
    return this.known.get(name);
  }

  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => {
      this.refresh().catch((err: unknown) =>
        this.log.error({ err }, 'participants could not be read; those known stay in force'),
      );
    }, REFRESH_INTERVAL);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Takes over what has changed since the last look. */
  async refresh(): Promise<void> {
    const changed = new Set<string>();
    for (const { name, spec, revision } of await this.participants.changedSince(this.revision)) {
      // Another look that ran at the same time has seen this change or a later one.
      if (revision <= this.revision) continue;
      this.revision = revision;
      changed.add(name);
      if (name === DEFAULTS_ROW) this.adoptDefaults(spec);
      else if (spec) this.documents.set(name, spec);
      else this.documents.delete(name);
    }
    const concerned = changed.has(DEFAULTS_ROW) ? [...changed, ...this.documents.keys()] : changed;
    for (const name of new Set(concerned)) if (name !== DEFAULTS_ROW) this.adopt(name);
  }

  private adopt(name: string): void {
    const document = this.documents.get(name);
    const parsed = document && parseParticipant(name, document, this.inForce);
    if (parsed && 'participant' in parsed) this.known.set(name, parsed.participant);
    else this.known.delete(name);
    if (parsed && 'problems' in parsed) {
      this.log.error({ participant: name, problems: parsed.problems }, 'a stored participant can not be used');
    }
  }

  private adoptDefaults(document: JsonObject | null): void {
    const parsed = parseDefaults(document ?? {});
    if ('defaults' in parsed) this.inForce = parsed.defaults;
    // Stored by a release that knew more than this one: what was known before is nearer to it than nothing.
    else this.log.error({ problems: parsed.problems }, 'the stored defaults of participants can not be used');
  }
}

import type { Participant } from '../participants/participant.js';
import { parseParticipant } from '../participants/participant-parser.js';
import type { Participants } from '../store/participants.js';

/** How often changes made through other processes are looked for, in ms: half of what the contract allows (§6). */
const REFRESH_INTERVAL = 1_000;

/** All participants with the policies in force, in memory; follows the table within two seconds. */
export class ParticipantDirectory {
  private readonly known = new Map<string, Participant>();
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
    for (const { name, spec, revision } of await this.participants.changedSince(this.revision)) {
      const parsed = spec && parseParticipant(name, spec);
      if (parsed && 'participant' in parsed) this.known.set(name, parsed.participant);
      else this.known.delete(name);
      if (parsed && 'problems' in parsed) {
        this.log.error({ participant: name, problems: parsed.problems }, 'a stored participant can not be used');
      }
      this.revision = revision;
    }
  }
}

import type { Entry, Fact } from '../../saga/facts.js';
import { redactedFacts } from '../../saga/redaction.js';
import { statusOf, type SagaState } from '../../saga/state.js';

/** A CloudEvent 1.0 (structured mode, JSON). */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** `<saga>:<seq>`: the same for every repeat of the same event. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** RFC 3339: when the entry was written, by the clock of the database. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly traceparent?: string;
  readonly data: object;
}

/** What an entry is called after: of its facts the one that stands first here. */
const TELLING: readonly string[] = [
  ...[
    'saga-completed',
    'saga-compensated',
    'saga-resolved',
    'saga-set-aside',
    'step-stuck',
    'saga-started',
    'order-taken',
  ],
  ...['turned-back', 'saga-prepared', 'step-rejected', 'step-failed', 'step-in-doubt', 'step-compensated'],
  ...['step-succeeded', 'attempt-failed', 'signal-received', 'deadline-passed', 'turn-requested', 'turn-overtaken'],
];

/** The event that tells of one entry, with all its facts. What the definition marks as sensitive is not in it. */
export function eventOf(
  entry: Entry,
  /** The saga right after the entry. */
  then: SagaState,
  /** The saga as late as it is known: what it has learnt since is hidden, too. */
  now: SagaState,
): CloudEvent {
  const { id, definition } = then;
  return {
    specversion: '1.0',
    id: eventId(id, entry.seq),
    source: `/skald/sagas/${id}`,
    type: `dev.skald.saga.${nameOf(entry.facts)}`,
    subject: definition.name,
    time: new Date(entry.at).toISOString(),
    datacontenttype: 'application/json',
    traceparent: traceparentOf(id, entry.seq),
    data: {
      ...{ saga: id, definition: definition.name, version: definition.version, status: statusOf(then) },
      ...{ seq: entry.seq, by: entry.by, facts: redactedFacts(now, entry.facts) },
    },
  };
}

/** An event that tells nothing, to try a receiver out. */
export function pingOf(subscription: string, id: string, now: number): CloudEvent {
  return {
    ...{ specversion: '1.0', id: `ping:${id}`, source: '/skald', type: 'dev.skald.ping', subject: subscription },
    ...{ time: new Date(now).toISOString(), datacontenttype: 'application/json', data: { subscription } },
  };
}

export function eventId(sagaId: string, seq: number): string {
  return `${sagaId}:${seq}`;
}

/** The main fact's type, without the word saga, which stands before it already. */
function nameOf(facts: readonly Fact[]): string {
  const types: readonly string[] = facts.map(({ type }) => type);
  const main = TELLING.find((type) => types.includes(type)) ?? types[0] ?? 'changed';
  return main.replace(/^saga-/, '');
}

/** The trace that the calls of the saga belong to; not sampled, and the same for every repeat. */
function traceparentOf(sagaId: string, seq: number): string {
  return `00-${sagaId.replaceAll('-', '')}-${seq.toString(16).padStart(16, '0')}-00`;
}

import type { CallStep, Operation } from '../../../src/saga/definition.js';
import { suggestion } from '../../../src/saga/nearest.js';
import { doorOf, type Door } from './doors.js';
import { compileDefinition, Library } from './library.js';
import { readPolicy, type Patience, type TestPolicy } from './policies.js';
import type { TestParticipant } from './participants.js';
import { SagaTestSetupError } from './test-errors.js';

/** Everything around the saga under test. */
export interface TestSetup {
  /** By the names that the definition uses. `{}` is a participant that answers `null` to everything. */
  readonly participants?: Readonly<Record<string, TestParticipant>>;
  /** Definitions of the child sagas, and of theirs. */
  readonly children?: readonly object[];
  /** By participant. Default: what the server does without one. */
  readonly policies?: Readonly<Record<string, TestPolicy>>;
  /** By participant: what calls are signed with, as Skald signs them. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * What is in force at the participants now: stock reserved, money held … A saga that is compensated must leave this
   * as it was, and the exhaustive tests compare it. Compared deeply, so answer with plain data (or a promise of it).
   */
  readonly effects?: () => unknown;
  /** Decides every chance: the jitter of retries, ids, and the order if it is shuffled. Default 1. */
  readonly seed?: number;
  /** Which of several calls that are ready at once is carried out first: as in the definition (default), or any. */
  readonly order?: 'definition' | 'shuffled';
  /** When sagas start, in their own, virtual time. Default: the beginning of 2026. */
  readonly startsAt?: Date;
}

/** A setup that has been checked against the definitions. */
export interface Stage {
  readonly library: Library;
  readonly doors: ReadonlyMap<string, Door>;
  readonly policies: ReadonlyMap<string, Patience>;
  readonly setup: TestSetup;
}

/** @throws {SagaTestSetupError} with everything that the sagas would miss */
export function stageOf(document: object, setup: TestSetup): Stage {
  const library = new Library(compileDefinition(document), (setup.children ?? []).map(compileDefinition));
  const doors = new Map(
    Object.entries(setup.participants ?? {}).map(([name, participant]) => [name, doorOf(name, participant)]),
  );
  const problems = library.definitions.flatMap((definition) =>
    definition.steps.flatMap((step) => {
      if (step.type === 'child' && !library.find(step.saga)) {
        return [`${definition.name}/${step.name}: add the definition of ${step.saga} to children`];
      }
      return step.type === 'call' ? flawsOf(step, doors, `${definition.name}/${step.name}`) : [];
    }),
  );
  for (const part of ['policies', 'secrets'] as const) {
    const unknown = Object.keys(setup[part] ?? {}).filter((name) => !doors.has(name));
    problems.push(
      ...unknown.map((name) => `${part}: the test has no participant ${name}${suggestion(name, [...doors.keys()])}`),
    );
  }
  if (problems.length > 0) throw new SagaTestSetupError(`${library.root.name} can't be tested like that:`, problems);
  const policies = new Map(
    Object.entries(setup.policies ?? {}).map(([name, policy]) => [name, readPolicy(name, policy)]),
  );
  return { library, doors, policies, setup };
}

function flawsOf(step: CallStep, doors: ReadonlyMap<string, Door>, where: string): string[] {
  const { participant } = step;
  const door = doors.get(participant);
  if (!door) {
    const mend = suggestion(participant, [...doors.keys()]) || `: add ${participant}: {} to participants`;
    return [`${where}: the test has no participant ${participant}${mend}`];
  }
  const targets: [Operation, CallStep['compensation']][] = [
    ['action', step.action],
    ['compensation', step.compensation],
  ];
  return targets.flatMap(([operation, target]) => {
    const path = target?.path.source;
    // A path that is computed is looked for when it is known.
    if (typeof path !== 'string' || !path.startsWith('/') || door.knows(path)) return [];
    return [`${where}: ${missingHandler(participant, door, path)} (${operation})`];
  });
}

/** What to do about a path that a participant of the test doesn't have. */
export function missingHandler(participant: string, door: Door, path: string): string {
  return `the participant ${participant} of the test has no handler for ${path}${suggestion(path, door.paths) || `, only for ${door.paths.join(', ')}`}`;
}

import { Injectable } from '@nestjs/common';
import { ParticipantDirectory } from '../../engine/participant-directory.js';
import { describeParticipant } from '../../participants/describe-participant.js';
import { parseParticipant } from '../../participants/participant-parser.js';
import { TargetGuard } from '../../participants/targets.js';
import type { JsonObject } from '../../saga/json.js';
import { Participants, type StoredParticipant } from '../../store/participants.js';
import { invalid, Problem, type FieldProblem } from '../errors/problem.js';
import { limitOf, type ListPage, type Page } from '../page.dto.js';

/** The participants resource: what the controller answers. */
@Injectable()
export class ParticipantStore {
  constructor(
    private readonly participants: Participants,
    private readonly directory: ParticipantDirectory,
    private readonly guard: TargetGuard,
  ) {}

  async put(name: string, document: unknown): Promise<{ participant: JsonObject; isNew: boolean }> {
    const parsed = parseParticipant(name, document);
    if ('problems' in parsed) throw invalid(parsed.problems, 'invalid-participant');
    const { participant } = parsed;
    const problems = participant.endpoints.flatMap(({ url }, i): FieldProblem[] => {
      const detail = this.guard.check(url);
      return detail === null ? [] : [{ pointer: `/endpoints/${i}/url`, detail }];
    });
    if (problems.length > 0) throw invalid(problems, 'target-refused');
    const { created } = await this.participants.put(name, participant.source);
    await this.directory.refresh();
    return { participant: describeParticipant(participant), isNew: created };
  }

  async get(name: string): Promise<JsonObject> {
    const stored = await this.participants.get(name);
    if (!stored) throw unknown(name);
    return viewOf(stored);
  }

  async list(query: ListPage): Promise<Page<JsonObject>> {
    const page = await this.participants.list(limitOf(query), query.cursor);
    return { items: page.items.map(viewOf), nextCursor: page.nextCursor };
  }

  async delete(name: string): Promise<void> {
    if (!(await this.participants.delete(name))) throw unknown(name);
    await this.directory.refresh();
  }
}

function viewOf({ name, spec }: StoredParticipant): JsonObject {
  const parsed = parseParticipant(name, spec);
  // Stored by a release that knew fields which this one does not: there is no safe way to show what it does not know.
  return 'participant' in parsed
    ? describeParticipant(parsed.participant)
    : { name, endpoints: spec['endpoints'] ?? [] };
}

function unknown(name: string): Problem {
  return new Problem(
    404,
    'unknown-participant',
    'No such participant',
    `there is no participant ${JSON.stringify(name)}`,
  );
}

import { Injectable } from '@nestjs/common';
import { ParticipantDirectory } from '../../engine/participant-directory.js';
import { describeParticipant } from '../../participants/describe-participant.js';
import { parseParticipant } from '../../participants/participant-parser.js';
import { strategyProblem } from '../../participants/fallbacks.js';
import { PARTICIPANT_NAME, type Participant } from '../../participants/participant.js';
import { TargetGuard } from '../../participants/targets.js';
import type { JsonObject } from '../../saga/json.js';
import { Participants, type Auditing, type StoredParticipant } from '../../store/participants.js';
import type { Act } from '../access/act.js';
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

  async put(name: string, document: unknown, act: Act): Promise<{ participant: JsonObject; isNew: boolean }> {
    const parsed = parseParticipant(name, document, this.directory.defaults);
    if ('problems' in parsed) throw invalid(parsed.problems, 'invalid-participant');
    const { participant } = parsed;
    const strategy = await this.unknownStrategy(participant);
    if (strategy) throw invalid([strategy], 'invalid-participant');
    const problems = participant.endpoints.flatMap(({ url }, i): FieldProblem[] => {
      const detail = this.guard.check(url);
      return detail === null ? [] : [{ pointer: `/endpoints/${i}/url`, detail }];
    });
    if (problems.length > 0) throw invalid(problems, 'target-refused');
    const after = describeParticipant(participant);
    const { created } = await this.participants.put(name, participant.source, (before) => ({
      ...act,
      action: 'participant.put',
      target: name,
      before: before ? this.described(name, before) : null,
      after,
    }));
    await this.directory.refresh();
    return { participant: after, isNew: created };
  }

  async get(name: string): Promise<JsonObject> {
    const stored = PARTICIPANT_NAME.test(name) ? await this.participants.get(name) : null;
    if (!stored) throw unknown(name);
    return this.viewOf(stored);
  }

  async list(query: ListPage): Promise<Page<JsonObject>> {
    const page = await this.participants.list(limitOf(query), query.cursor);
    return { items: page.items.map((stored) => this.viewOf(stored)), nextCursor: page.nextCursor };
  }

  async delete(name: string, act: Act): Promise<void> {
    const audit: Auditing = (before) => ({
      ...act,
      action: 'participant.delete',
      target: name,
      before: before ? this.described(name, before) : null,
    });
    if (!PARTICIPANT_NAME.test(name) || !(await this.participants.delete(name, audit))) throw unknown(name);
    await this.directory.refresh();
  }

  private viewOf({ name, spec }: StoredParticipant): JsonObject {
    return this.described(name, spec);
  }

  /** Without its secrets. */
  private described(name: string, spec: JsonObject): JsonObject {
    const parsed = parseParticipant(name, spec, this.directory.defaults);
    // Stored by a release that knew fields which this one does not: there is no safe way to show what it does not know.
    return 'participant' in parsed
      ? describeParticipant(parsed.participant)
      : { name, endpoints: spec['endpoints'] ?? [] };
  }

  /** A fallback has to be known when a policy names it; who hasn't heard of it yet looks again before saying so. */
  private async unknownStrategy({ degradation }: Participant): Promise<FieldProblem | null> {
    const strategy = degradation?.fallback.strategy;
    if (strategy === undefined || strategyProblem(strategy, this.fallbackNames()) === null) return null;
    await this.directory.refresh();
    const detail = strategyProblem(strategy, this.fallbackNames());
    return detail === null ? null : { pointer: '/degradation/fallback/strategy', detail };
  }

  private fallbackNames(): readonly string[] {
    return [...this.directory.defaults.fallbacks.keys()];
  }
}

function unknown(name: string): Problem {
  return new Problem(
    404,
    'unknown-participant',
    'No such participant',
    `there is no participant ${JSON.stringify(name)}`,
  );
}

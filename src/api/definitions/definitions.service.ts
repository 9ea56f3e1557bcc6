import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnknownDefinition } from '../../engine/engine-errors.js';
import { ParticipantDirectory } from '../../engine/participant-directory.js';
import { strategyProblem } from '../../participants/fallbacks.js';
import { canonicalJson } from '../../saga/canonical-json.js';
import type { Definition } from '../../saga/definition.js';
import { parseDefinition } from '../../saga/definition-parser.js';
import { Definitions, type StoredDefinition } from '../../store/definitions.js';
import type { Act } from '../access/act.js';
import { invalid, Problem } from '../errors/problem.js';
import { limitOf, type ListPage, type Page } from '../page.dto.js';
import type { DefinitionDto, WarningDto } from './definition.dto.js';

/** The definitions resource: what the controller answers. */
@Injectable()
export class DefinitionStore {
  constructor(
    private readonly definitions: Definitions,
    private readonly directory: ParticipantDirectory,
  ) {}

  async put(document: unknown, act: Act): Promise<{ definition: DefinitionDto; isNew: boolean }> {
    const parsed = parseDefinition(document);
    if ('problems' in parsed) throw invalid(parsed.problems, 'invalid-definition');
    const { definition } = parsed;
    const hash = createHash('sha256').update(canonicalJson(definition.source)).digest('hex');
    const { name } = definition;
    const { version, created } = await this.definitions.put({ ...definition.source, name }, hash, (added) => ({
      ...act,
      action: 'definition.store',
      target: `${name}@${added}`,
      after: { name, version: added, hash },
    }));
    const stored = (await this.definitions.get(definition.name, version))!;
    const warnings = [
      ...this.unknownParticipants(definition),
      ...this.unknownFallbacks(definition),
      ...(await this.unknownChildren(definition)),
    ];
    return { isNew: created, definition: { ...viewOf(stored), ...(warnings.length > 0 && { warnings }) } };
  }

  async get(name: string, version?: string): Promise<DefinitionDto> {
    if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) throw unknown(`${name} v${version}`);
    const stored = await this.definitions.get(name, version === undefined ? undefined : Number(version));
    if (!stored) throw unknown(version === undefined ? name : `${name} v${version}`);
    return viewOf(stored);
  }

  async list(query: ListPage): Promise<Page<DefinitionDto>> {
    const page = await this.definitions.list(limitOf(query), query.cursor);
    return { items: page.items.map(viewOf), nextCursor: page.nextCursor };
  }

  private unknownParticipants(definition: Definition): WarningDto[] {
    return definition.steps.flatMap((step, i) =>
      step.type === 'call' && !this.directory.find(step.participant)
        ? [{ pointer: `/steps/${i}/participant`, detail: `there is no participant ${step.participant} yet` }]
        : [],
    );
  }

  private unknownFallbacks(definition: Definition): WarningDto[] {
    const known = [...this.directory.defaults.fallbacks.keys()];
    return definition.steps.flatMap((step, i) => {
      const detail = step.type === 'call' && step.fallback ? strategyProblem(step.fallback.strategy, known) : null;
      return detail === null ? [] : [{ pointer: `/steps/${i}/fallback/strategy`, detail }];
    });
  }

  private async unknownChildren(definition: Definition): Promise<WarningDto[]> {
    const warnings: WarningDto[] = [];
    for (const [i, step] of definition.steps.entries()) {
      if (step.type !== 'child' || step.saga === definition.name) continue;
      if (await this.definitions.get(step.saga, step.version)) continue;
      warnings.push({ pointer: `/steps/${i}/saga`, detail: `there is no definition ${step.saga} yet` });
    }
    return warnings;
  }
}

function viewOf({ name, version, createdAt, source }: StoredDefinition): DefinitionDto {
  return {
    ...source,
    name,
    version,
    createdAt: new Date(createdAt).toISOString(),
    links: { self: `/v1/definitions/${name}/versions/${version}` },
  };
}

function unknown(what: string): Problem {
  const { code } = new UnknownDefinition(what);
  return new Problem(404, code, 'No such definition', `there is no definition ${what}`);
}

import { LineCounter, parseDocument, type Document } from 'yaml';
import { suggestion } from '../saga/nearest.js';
import { Place, type Problem } from '../saga/problems.js';
import type { JsonObject } from '../saga/json.js';
import { parseParticipant } from './participant-parser.js';
import type { Participant } from './participant.js';
import { strategyProblem } from './fallbacks.js';
import { isRecord } from './readings.js';
import { readShortForms, SHORT_FORM_SECTIONS } from './short-forms/short-forms.js';
import { offsetOf } from './yaml-offset.js';

/** A problem or a warning with its place in the file; line and column count from 1. */
export interface FileRemark extends Problem {
  readonly line: number;
  readonly column: number;
}

export interface ResilienceFile {
  readonly participants: readonly Participant[];
  /** What holds for all participants by default, for the store; `null`: nothing. See `parseDefaults`. */
  readonly defaults: JsonObject | null;
  /** What is accepted but has no effect, and why. */
  readonly warnings: readonly FileRemark[];
}

const SECTIONS = ['participants', ...SHORT_FORM_SECTIONS];

/**
 * Reads the text of the file given by `SKALD_CONFIG`: YAML, or JSON, which is YAML.
 * An empty file is an empty configuration. Never throws: every problem is listed.
 */
export function parseResilienceFile(text: string): ResilienceFile | { readonly problems: readonly FileRemark[] } {
  const lines = new LineCounter();
  const remarkAt = (offset: number, problem: Problem): FileRemark => {
    const { line, col } = lines.linePos(offset);
    return { ...problem, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => remarkAt(pos[0], { pointer: '', detail: message }));
    return { problems };
  }
  const remark = (problem: Problem): FileRemark => remarkAt(offsetOf(document, problem.pointer), problem);
  const content = contentOf(document);
  if ('problem' in content) return { problems: [remark({ pointer: '', detail: content.problem })] };
  const read = readSections(content.value);
  return read.problems.length > 0
    ? { problems: read.problems.map(remark) }
    : { participants: read.participants, defaults: read.defaults, warnings: read.warnings.map(remark) };
}

function contentOf(document: Document): { readonly value: Record<string, unknown> } | { readonly problem: string } {
  try {
    const value: unknown = document.toJS() ?? {};
    return isRecord(value) ? { value } : { problem: `must be an object with ${SECTIONS.join(', ')}` };
  } catch (err) {
    // Aliases that multiply without end.
    return { problem: err instanceof Error ? err.message : String(err) };
  }
}

function readSections(content: Record<string, unknown>): {
  participants: Participant[];
  defaults: JsonObject | null;
  problems: Problem[];
  warnings: readonly Problem[];
} {
  const problems: Problem[] = [];
  const place = new Place(problems);
  for (const section of Object.keys(content).filter((name) => !SECTIONS.includes(name))) {
    const known = suggestion(section, SECTIONS) || `; known are ${SECTIONS.join(', ')}`;
    place.at(section).refuse(`unknown section ${section}${known}`);
  }
  const { defaults, fallbacks, warnings } = readShortForms(content, place);
  const participants = readParticipants(content['participants'] ?? {}, fallbacks, place.at('participants'));
  return { participants, defaults, problems, warnings };
}

function readParticipants(section: unknown, fallbacks: readonly string[], place: Place): Participant[] {
  const participants: Participant[] = [];
  if (!isRecord(section)) {
    place.refuse('must be an object of participants by name');
    return participants;
  }
  for (const [name, source] of Object.entries(section)) {
    const at = place.at(name);
    const read = parseParticipant(name, source);
    if ('participant' in read) {
      participants.push(read.participant);
      const strategy = read.participant.degradation?.fallback.strategy;
      const detail = strategy === undefined ? null : strategyProblem(strategy, fallbacks);
      if (detail !== null) at.below('/degradation/fallback/strategy').refuse(detail);
    } else {
      for (const { pointer, detail } of read.problems) at.below(pointer).refuse(detail);
    }
  }
  return participants;
}

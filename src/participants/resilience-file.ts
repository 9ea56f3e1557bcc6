import { LineCounter, parseDocument, type Document } from 'yaml';
import { suggestion } from '../saga/nearest.js';
import type { Problem } from '../saga/problems.js';
import { parseParticipant } from './participant-parser.js';
import type { Participant } from './participant.js';
import { isRecord } from './readings.js';
import { offsetOf } from './yaml-offset.js';

/** A problem or a warning with its place in the file; line and column count from 1. */
export interface FileRemark extends Problem {
  readonly line: number;
  readonly column: number;
}

export interface ResilienceFile {
  readonly participants: readonly Participant[];
  /** What is accepted but has no effect in this release. */
  readonly warnings: readonly FileRemark[];
}

/** Sections of the short form (contract §6). */
const NOT_YET_APPLIED = ['resilience', 'degradation', 'auto_heal', 'fallbacks'];
const SECTIONS = ['participants', ...NOT_YET_APPLIED];

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
    : { participants: read.participants, warnings: read.warnings.map(remark) };
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
  problems: Problem[];
  warnings: Problem[];
} {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const section of Object.keys(content)) {
    const pointer = pointerTo(section);
    if (NOT_YET_APPLIED.includes(section)) {
      warnings.push({ pointer, detail: `${section} is not yet applied` });
    } else if (!SECTIONS.includes(section)) {
      const known = suggestion(section, SECTIONS) || `; known are ${SECTIONS.join(', ')}`;
      problems.push({ pointer, detail: `unknown section ${section}${known}` });
    }
  }
  const participants: Participant[] = [];
  const section = content['participants'] ?? {};
  if (!isRecord(section)) {
    problems.push({ pointer: '/participants', detail: 'must be an object of participants by name' });
    return { participants, problems, warnings };
  }
  for (const [name, source] of Object.entries(section)) {
    const read = parseParticipant(name, source);
    if ('participant' in read) {
      participants.push(read.participant);
    } else {
      const base = pointerTo('participants', name);
      problems.push(...read.problems.map(({ pointer, detail }) => ({ pointer: base + pointer, detail })));
    }
  }
  return { participants, problems, warnings };
}

function pointerTo(...keys: string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

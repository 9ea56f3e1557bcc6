import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ParticipantPolicy } from '@skald/sdk';
import { LineCounter, parseAllDocuments } from 'yaml';
import { textOf } from '../arguments/contents.js';
import { Failure, UsageFailure } from '../failure.js';
import type { Source } from '../surroundings.js';

/** A document of a file, and where it stands. */
export interface Found {
  /** `orders.yaml:12` */
  readonly where: string;
  readonly value: unknown;
}

/** What is to be there. */
export type Wanted =
  | { readonly kind: 'definition'; readonly name: string; readonly where: string; readonly document: object }
  | { readonly kind: 'participant'; readonly name: string; readonly where: string; readonly policy: ParticipantPolicy };

const ENDINGS = /\.(ya?ml|json)$/;

/** The documents of a file, of all files of a directory (`.yaml`, `.yml`, `.json`, by name), or of standard input (`-`). */
export async function documentsAt(place: string, stdin: Source): Promise<Found[]> {
  const found: Found[] = [];
  for (const file of await filesAt(place)) found.push(...documentsIn(file, await textOf(file, stdin)));
  if (found.length === 0) throw new UsageFailure(`there is nothing in ${place}`);
  return found;
}

/** YAML, or JSON, which is YAML too; several documents are separated by `---`. */
export function documentsIn(file: string, text: string): Found[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: false, version: '1.2' });
  const documents = 'empty' in parsed ? [] : parsed;
  return documents.flatMap((document): Found[] => {
    const [error] = document.errors;
    if (error) throw new Failure(`${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
    if (document.contents === null) return [];
    const where = `${file}:${lines.linePos(document.contents.range[0]).line}`;
    try {
      return [{ where, value: document.toJS({ maxAliasCount: 50 }) as unknown }];
    } catch (err) {
      throw new Failure(`${where}: can't be read: ${(err as Error).message}`);
    }
  });
}

/**
 * What documents ask for: one with `steps` is a definition, one with `name` and `endpoints` a participant, and
 * `participants: { name: policy }` are several, as in the resilience file. Participants come first: definitions name them.
 */
export function wantedBy(documents: readonly Found[]): Wanted[] {
  const wanted = documents.flatMap(({ where, value }) => readWanted(where, value));
  return [
    ...wanted.filter(({ kind }) => kind === 'participant'),
    ...wanted.filter(({ kind }) => kind === 'definition'),
  ];
}

function readWanted(where: string, value: unknown): Wanted[] {
  if (!isRecord(value)) throw new Failure(`${where}: must be an object`);
  const { name } = value;
  if ('steps' in value && typeof name === 'string') return [{ kind: 'definition', name, where, document: value }];
  if ('endpoints' in value && typeof name === 'string') return [participant(where, name, value)];
  if (isRecord(value['participants'])) {
    return Object.entries(value['participants']).map(([key, policy]) => participant(where, key, policy));
  }
  throw new Failure(
    `${where}: is neither a definition (name, steps) nor a participant (name, endpoints; or participants: { name: … })`,
  );
}

function participant(where: string, name: string, policy: unknown): Wanted {
  return { kind: 'participant', name, where, policy: policy as ParticipantPolicy };
}

async function filesAt(place: string): Promise<string[]> {
  if (place === '-') return [place];
  const found = await stat(place).catch((err: unknown) => {
    throw new Failure(`can't read ${place}: ${(err as Error).message}`);
  });
  if (!found.isDirectory()) return [place];
  const names = await readdir(place);
  return names
    .filter((name) => ENDINGS.test(name))
    .sort()
    .map((name) => path.join(place, name));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

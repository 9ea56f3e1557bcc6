import { readFile } from 'node:fs/promises';
import { Failure, UsageFailure } from '../failure.js';
import type { Source } from '../surroundings.js';

/** What `-`, a path, or `@` and a path stand for. */
export async function textOf(path: string, stdin: Source): Promise<string> {
  if (path === '-') return all(stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (err) {
    throw new Failure(`can't read ${path}: ${(err as Error).message}`);
  }
}

/** JSON that is given on the command line: as it is, as `@file`, or as `-` for standard input. */
export async function jsonOf(text: string, stdin: Source): Promise<unknown> {
  const isElsewhere = text === '-' || text.startsWith('@');
  const json = isElsewhere ? await textOf(text === '-' ? '-' : text.slice(1), stdin) : text;
  try {
    return JSON.parse(json);
  } catch (err) {
    const where = isElsewhere ? (text === '-' ? 'standard input' : text.slice(1)) : 'what is given';
    throw new UsageFailure(`${where} is no JSON: ${(err as Error).message}`);
  }
}

async function all(stdin: Source): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stdin) text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

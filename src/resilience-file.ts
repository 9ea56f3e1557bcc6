import { readFile } from 'node:fs/promises';
import { ConfigError } from './config/read-config.js';
import type { Log } from './config/log.js';
import { parseResilienceFile, type FileRemark } from './participants/resilience-file.js';
import { canonicalJson } from './saga/canonical-json.js';
import type { Participants } from './store/participants.js';

/** Brings the participants of the file given by `SKALD_CONFIG` into force; those that it does not name stay as they are. */
export async function applyResilienceFile(path: string, participants: Participants, log: Log): Promise<void> {
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    throw new ConfigError([`SKALD_CONFIG: ${path} can not be read (${(err as Error).message})`]);
  });
  const file = parseResilienceFile(text);
  if ('problems' in file) throw new ConfigError(file.problems.map((remark) => sentence(path, remark)));
  for (const warning of file.warnings) log.warn(sentence(path, warning));
  for (const { name, source } of file.participants) {
    const stored = await participants.get(name);
    if (stored && canonicalJson(stored.spec) === canonicalJson(source)) continue;
    await participants.put(name, source);
  }
}

function sentence(path: string, { line, column, pointer, detail }: FileRemark): string {
  return `${path}:${line}:${column} ${pointer} ${detail}`;
}

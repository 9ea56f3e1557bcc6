import { readFile } from 'node:fs/promises';
import { ConfigError } from './config/read-config.js';
import type { Log } from './config/log.js';
import { parseResilienceFile, type FileRemark } from './participants/resilience-file.js';
import { canonicalJson } from './saga/canonical-json.js';
import type { JsonObject } from './saga/json.js';
import { DEFAULTS_ROW, type Participants } from './store/participants.js';

/**
 * Brings the file given by `SKALD_CONFIG` into force. Participants that it does not name stay as they are; what an
 * earlier file has said of all participants goes if this one does not say it.
 */
export async function applyResilienceFile(path: string, participants: Participants, log: Log): Promise<void> {
  const text = await readFile(path, 'utf8').catch((err: unknown) => {
    throw new ConfigError([`SKALD_CONFIG: ${path} can not be read (${(err as Error).message})`]);
  });
  const file = parseResilienceFile(text);
  if ('problems' in file) throw new ConfigError(file.problems.map((remark) => sentence(path, remark)));
  for (const warning of file.warnings) log.warn(sentence(path, warning));
  // First: a participant may name a fallback.
  await bring(DEFAULTS_ROW, file.defaults, participants);
  for (const { name, source } of file.participants) await bring(name, source, participants);
}

/** Writes only what differs, so that a restart is no change to anybody. `null`: it must not be there. */
async function bring(name: string, document: JsonObject | null, participants: Participants): Promise<void> {
  const audited = (action: string) => () => ({ actor: 'file', action, target: name, reason: 'SKALD_CONFIG' });
  const stored = await participants.get(name);
  if (document === null) {
    if (stored) await participants.delete(name, audited('participant.delete'));
  } else if (!stored || canonicalJson(stored.spec) !== canonicalJson(document)) {
    await participants.put(name, document, audited('participant.put'));
  }
}

function sentence(path: string, { line, column, pointer, detail }: FileRemark): string {
  return `${path}:${line}:${column} ${pointer} ${detail}`;
}

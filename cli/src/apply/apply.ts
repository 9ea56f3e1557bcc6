import { isProblem, type SkaldClient } from '@skald/sdk';
import type { Wanted } from './documents.js';
import { covers, documentOf, isSame } from './sameness.js';

/** What became of one thing that is to be there, or would become of it. */
export interface Applied {
  readonly kind: 'definition' | 'participant';
  readonly name: string;
  readonly result: 'created' | 'configured' | 'unchanged';
  /** Of a definition, unless nothing was stored. */
  readonly version?: number;
  /** What will not work yet. */
  readonly warnings?: readonly string[];
}

/** Brings one thing about; with `dryRun` only says what that would change. */
export function apply(skald: SkaldClient, wanted: Wanted, dryRun: boolean): Promise<Applied> {
  return wanted.kind === 'definition'
    ? applyDefinition(skald, wanted, dryRun)
    : applyParticipant(skald, wanted, dryRun);
}

async function applyDefinition(
  skald: SkaldClient,
  { kind, name, document }: Extract<Wanted, { kind: 'definition' }>,
  dryRun: boolean,
): Promise<Applied> {
  const before = await known(skald.definitions.get(name));
  if (dryRun) {
    const isThere = before !== null && isSame(documentOf(before), document);
    return { kind, name, result: before === null ? 'created' : isThere ? 'unchanged' : 'configured' };
  }
  const { version, warnings = [] } = await skald.definitions.put(JSON.stringify(document));
  const isNew = before === null || version > before.version;
  return {
    kind,
    name,
    result: before === null ? 'created' : isNew ? 'configured' : 'unchanged',
    version,
    ...(warnings.length > 0 && { warnings: warnings.map(({ pointer, detail }) => `${pointer}: ${detail}`) }),
  };
}

async function applyParticipant(
  skald: SkaldClient,
  { kind, name, policy }: Extract<Wanted, { kind: 'participant' }>,
  dryRun: boolean,
): Promise<Applied> {
  const before = await known(skald.participants.get(name));
  if (dryRun) {
    return { kind, name, result: before === null ? 'created' : covers(before, policy) ? 'unchanged' : 'configured' };
  }
  const after = await skald.participants.put(name, policy);
  if (before === null) return { kind, name, result: 'created' };
  const mayHaveAnotherSecret = policy.signing?.secret !== undefined && !policy.signing.secret.startsWith('env:');
  return { kind, name, result: isSame(before, after) && !mayHaveAnotherSecret ? 'unchanged' : 'configured' };
}

async function known<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (err) {
    if (isProblem(err) && err.status === 404) return null;
    throw err;
  }
}

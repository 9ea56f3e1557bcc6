import type { SagaFilter, SagaStatus } from '@skald/sdk';
import { UsageFailure } from '../failure.js';
import { moment } from './moments.js';
import { positive } from './pairs.js';

/** How the text of each filter is read, under the name that the REST API has for it. */
const READERS: { readonly [name in Exclude<keyof SagaFilter, 'tags'>]-?: (text: string) => SagaFilter[name] } = {
  status: (text) => text.split(',') as SagaStatus[],
  definition: String,
  version: positive,
  businessKey: String,
  step: String,
  participant: String,
  error: String,
  retrying: yesOrNo,
  paused: yesOrNo,
  troubleBefore: (text) => moment(text),
  startedAfter: (text) => moment(text),
  startedBefore: (text) => moment(text),
};

export const FILTER_NAMES: readonly string[] = [...Object.keys(READERS), 'tag.<name>'];

/** A filter from `name=value` pairs, e.g. `status=stuck`, `tag.region=eu`, `troubleBefore=15m`. */
export function filterOf(pairs: Readonly<Record<string, string>>): SagaFilter {
  const filter: Record<string, unknown> = {};
  const tags: Record<string, string> = {};
  for (const [name, value] of Object.entries(pairs)) {
    if (name.startsWith('tag.')) tags[name.slice('tag.'.length)] = value;
    else if (Object.hasOwn(READERS, name)) filter[name] = READERS[name as keyof typeof READERS](value);
    else throw new UsageFailure(`there is no filter "${name}": use ${FILTER_NAMES.join(', ')}`);
  }
  return { ...filter, ...(Object.keys(tags).length > 0 && { tags }) };
}

function yesOrNo(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageFailure(`"${text}" must be true or false`);
}

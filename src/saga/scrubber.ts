import { REDACTED } from './sensitive-pointers.js';

/** Shorter values would blank half of every text: a `5`, a `no`. In characters. */
const SHORTEST = 4;

/** Most values that are looked for. */
const MOST_VALUES = 1_000;

/** From this length on a text may have been cut, in the middle of what it must not show. In characters. */
const MAY_BE_CUT = 280;

/** Blanks what it looks for wherever it stands in a text. */
export type Scrub = (text: string) => string;

/**
 * Looks for these values in any case and in the forms in which they travel: as they are, escaped as in JSON, percent-encoded,
 * on one line; and for their beginning at the end of a text that may have been cut. Values of fewer than four characters
 * and more than a thousand values are passed over. `null`: there is nothing to look for.
 */
export function scrubberOf(values: Iterable<string | number>): Scrub | null {
  const forms = new Set<string>();
  let count = 0;
  for (const value of values) {
    const text = String(value);
    if (text.trim().length < SHORTEST || text === REDACTED) continue;
    if (++count > MOST_VALUES) break;
    for (const form of formsOf(text)) forms.add(form);
  }
  if (forms.size === 0) return null;
  // The longest first: a value may be the beginning of another.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join('|'), 'gi');
  return (text) => withoutCutEnd(text.replace(pattern, REDACTED), longestFirst, text.length);
}

function formsOf(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  return [text, text.replace(/\s+/g, ' ').trim(), inJson, percentEncoded(text)];
}

function percentEncoded(text: string): string {
  // Half a surrogate pair can't be encoded; such a text never travels in a URL.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function withoutCutEnd(text: string, forms: readonly string[], lengthBefore: number): string {
  if (lengthBefore < MAY_BE_CUT) return text;
  const end = text.toLowerCase();
  let longest = 0;
  for (const form of forms) {
    const sought = form.toLowerCase();
    for (let length = Math.min(sought.length - 1, end.length); length >= Math.max(SHORTEST, longest + 1); length--) {
      if (end.endsWith(sought.slice(0, length))) {
        longest = length;
        break;
      }
    }
  }
  return longest === 0 ? text : text.slice(0, -longest) + REDACTED;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

import type { Place } from '../saga/problems.js';
import type { Endpoint } from './participant.js';
import { number, record, type Reading } from './readings.js';

const LONGEST_URL = 2_048;

const fields = record<{ url: string; weight?: number }>(
  {
    url: (value, place) => (typeof value === 'string' ? value : place.refuse('must be a URL')),
    weight: number(0, 1000),
  },
  'url',
);

/** Reads `{ url, weight? }`; a bare URL is read as `{ url }`. */
export const endpoint: Reading<Endpoint> = (value, place) => {
  const read = typeof value === 'string' ? { url: value } : fields(value, place);
  if (read?.url === undefined) return undefined;
  const url = baseUrl(read.url, typeof value === 'string' ? place : place.at('url'));
  if (!url) return undefined;
  const basePath = url.pathname.replace(/\/+$/, '');
  return { url: read.url, origin: url.origin, basePath, weight: read.weight ?? 1 };
};

function baseUrl(text: string, place: Place): URL | undefined {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : null;
  if (!url) return place.refuse('must be an absolute URL such as http://payment.internal:8080');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return place.refuse('must begin with http:// or https://');
  if (url.username || url.password) {
    return place.refuse('must not hold credentials; calls can be signed instead (signing: { secret: "env:NAME" })');
  }
  if (text.includes('?') || text.includes('#')) {
    return place.refuse('must not have a query or a fragment; those belong to the path of an action');
  }
  return url;
}

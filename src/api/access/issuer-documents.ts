import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** In ms. */
const TIMEOUT = 5_000;
/** In bytes; key sets have a few thousand. */
const MAX_SIZE = 262_144;

export type KeySet = ReturnType<typeof createLocalJWKSet>;

/** The issuer's public keys, from `url` or from where its discovery document says. */
export async function fetchKeySet(issuer: string, url: string | null): Promise<KeySet> {
  return createLocalJWKSet((await fetchJson(url ?? (await discover(issuer)))) as JSONWebKeySet);
}

/** OpenID Connect Discovery 1.0, §4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = (await fetchJson(url)) as { issuer?: unknown; jwks_uri?: unknown } | null;
  if (document?.issuer !== issuer) throw new Error(`${url} is about another issuer`);
  const { jwks_uri: keys } = document;
  if (typeof keys !== 'string' || !/^https?:/.test(keys)) throw new Error(`${url} has no jwks_uri`);
  if (url.startsWith('https:') && !keys.startsWith('https:')) throw new Error(`the jwks_uri of ${url} is without TLS`);
  return keys;
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { accept: 'application/json' },
    // Whoever can redirect us could have us read keys of their own.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!answer.ok || !answer.body) throw new Error(`${url} answers ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > MAX_SIZE) throw new Error(`${url} answers more than ${MAX_SIZE} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

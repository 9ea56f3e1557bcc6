import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** Whoever issues tokens: serves its public keys on loopback, and signs. */
export interface Issuer {
  readonly url: string;
  /** Requests for its key set so far. */
  readonly asked: () => number;
  /** From now on it signs with a new key, which it shows beside the old one, or in its place. */
  readonly turnKey: (kid: string, forgetOld?: boolean) => Promise<void>;
  /** A token as it should be, with changes. */
  readonly token: (claims?: JWTPayload, header?: { readonly kid?: string }) => Promise<string>;
  /** What a thief of nothing but the public key could sign with `HS256`. */
  readonly publicPem: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export const AUDIENCE = 'skald';

export async function startIssuer(): Promise<Issuer> {
  const shown: JWK[] = [];
  let asked = 0;
  let signing: { readonly kid: string; readonly privateKey: CryptoKey; readonly publicKey: CryptoKey };

  const turnKey = async (kid: string, forgetOld = false) => {
    signing = { kid, ...(await generateKeyPair('ES256', { extractable: true })) };
    if (forgetOld) shown.length = 0;
    shown.push({ ...(await exportJWK(signing.publicKey)), kid, alg: 'ES256', use: 'sig' });
  };
  await turnKey('first');

  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/keys') asked++;
    response.end(JSON.stringify(request.url === '/keys' ? { keys: shown } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    asked: () => asked,
    turnKey,
    token: (claims = {}, header = {}) =>
      new SignJWT({
        ...{ iss: url, aud: AUDIENCE, sub: 'somebody', exp: Math.floor(Date.now() / 1_000) + 3_600 },
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: signing.kid, ...header })
        .sign(signing.privateKey),
    publicPem: () => exportSPKI(signing.publicKey),
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

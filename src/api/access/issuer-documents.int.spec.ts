import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { fetchKeySet } from './issuer-documents.js';

const HEADER = { alg: 'ES256', kid: 'a' };
const TOKEN = { payload: '', signature: '' };

describe("an issuer's documents", () => {
  let key: JWK;
  let server: Server;
  let url: string;
  let answer: RequestListener;

  beforeAll(async () => {
    key = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'a', alg: 'ES256' };
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What stands at which path; a text stands for a redirect. */
  const serve = (documents: Readonly<Record<string, unknown>>) => {
    answer = ({ url: path = '' }, response) => {
      const document = documents[path];
      if (typeof document === 'string') response.writeHead(302, { location: document }).end();
      else if (document === undefined) response.writeHead(404).end('{}');
      else response.end(JSON.stringify(document));
    };
  };

  it('are found by discovery, with or without a slash at the end of its name', async () => {
    for (const issuer of [`${url}/shop`, `${url}/shop/`]) {
      serve({
        '/shop/.well-known/openid-configuration': { issuer, jwks_uri: `${url}/keys` },
        '/keys': { keys: [key] },
      });
      const keys = await fetchKeySet(issuer, null);
      await expect(keys(HEADER, TOKEN)).resolves.toBeDefined();
    }
  });

  it('are read from where they are said to be, without discovery', async () => {
    serve({ '/certs': { keys: [key] } });
    const keys = await fetchKeySet('https://id.example', `${url}/certs`);
    await expect(keys(HEADER, TOKEN)).resolves.toBeDefined();
  });

  it.each<[string, (url: string) => Readonly<Record<string, unknown>>]>([
    ['are not there', () => ({})],
    ['lead elsewhere', (url) => ({ '/keys': `${url}/others`, '/others': { keys: [] } })],
    ['are no key set', () => ({ '/keys': { certificates: [] } })],
    ['are nothing', () => ({ '/keys': null })],
    ['have no end', () => ({ '/keys': { keys: [], padding: 'x'.repeat(300_000) } })],
  ])('are refused when they %s', async (_, documents) => {
    serve(documents(url));
    await expect(fetchKeySet(url, `${url}/keys`)).rejects.toThrow();
  });

  it.each<[string, (url: string) => unknown]>([
    ['speaks of another issuer', (url) => ({ issuer: 'https://evil.example', jwks_uri: `${url}/keys` })],
    ['names no keys', (url) => ({ issuer: url })],
    ['names a file', (url) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' })],
    ['leads elsewhere', (url) => `${url}/keys`],
    ['is nothing', () => null],
  ])('are not looked for by a discovery document that %s', async (_, document) => {
    serve({ '/.well-known/openid-configuration': document(url), '/keys': { keys: [key] } });
    await expect(fetchKeySet(url, null)).rejects.toThrow();
  });
});

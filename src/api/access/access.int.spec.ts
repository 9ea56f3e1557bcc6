import { readFileSync } from 'node:fs';
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from 'jose';
import type { ApiRole } from '../../config/api-key.js';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { AUDIENCE, startIssuer, type Issuer } from '../../../test/support/issuer.js';
import { freePort } from '../../../test/support/ports.js';
import { eventually } from '../../../test/support/waiting.js';
import { keyText, newSecret } from './key-text.js';

jest.setTimeout(60_000);

/** Said again here, each role more than the one before: what the server goes by is what is to be tested. */
const API_ROLES = ['viewer', 'submitter', 'operator', 'admin'] as const;

const SECRETS = Object.fromEntries(API_ROLES.map((role) => [role, `${role}-secret-0123456789`])) as ByRole;

/** What the contract (§5, roles) lets each role do; everything else follows from the order of the roles. */
const NEEDS: { readonly [route: string]: ApiRole | 'public' } = {
  'get /health/live': 'public',
  'get /health/ready': 'public',
  'get /metrics': 'public',
  'post /v1/callbacks/{token}': 'public',
  'get /v1/sagas': 'viewer',
  'get /v1/sagas/{id}': 'viewer',
  'get /v1/sagas/{id}/events': 'viewer',
  'post /v1/sagas': 'submitter',
  'post /v1/sagas/batch': 'submitter',
  'post /v1/sagas/{id}/cancel': 'submitter',
  'post /v1/sagas/{id}/signals/{signal}': 'submitter',
  'get /v1/definitions': 'viewer',
  'get /v1/definitions/{name}': 'viewer',
  'get /v1/definitions/{name}/versions/{version}': 'viewer',
  'post /v1/definitions': 'admin',
  'get /v1/participants': 'viewer',
  'get /v1/participants/{name}': 'viewer',
  'put /v1/participants/{name}': 'admin',
  'delete /v1/participants/{name}': 'admin',
  'get /v1/admin/stats': 'operator',
  'get /v1/admin/participants': 'operator',
  'put /v1/admin/participants/{name}/breaker': 'operator',
  'post /v1/admin/sagas/{id}/retry': 'operator',
  'post /v1/admin/sagas/{id}/skip': 'operator',
  'post /v1/admin/sagas/{id}/compensate': 'operator',
  'post /v1/admin/sagas/{id}/resolve': 'operator',
  'post /v1/admin/sagas/{id}/pause': 'operator',
  'post /v1/admin/sagas/{id}/resume': 'operator',
  'post /v1/admin/sagas/{id}/rebind': 'operator',
  'get /v1/admin/audit': 'operator',
  'get /v1/admin/audit/verification': 'operator',
  'get /v1/sagas/{id}/attempts': 'viewer',
  'get /v1/admin/stuck': 'operator',
  'get /v1/admin/bulk': 'operator',
  'post /v1/admin/bulk': 'operator',
  'get /v1/admin/bulk/{id}': 'operator',
  'get /v1/admin/bulk/{id}/items': 'operator',
  'post /v1/admin/bulk/{id}/cancel': 'operator',
  'post /v1/admin/bulk/{id}/pause': 'operator',
  'post /v1/admin/bulk/{id}/resume': 'operator',
  'get /v1/admin/webhooks': 'operator',
  'post /v1/admin/webhooks': 'admin',
  'get /v1/admin/webhooks/{id}': 'operator',
  'put /v1/admin/webhooks/{id}': 'admin',
  'delete /v1/admin/webhooks/{id}': 'admin',
  'get /v1/admin/webhooks/{id}/deliveries': 'operator',
  'post /v1/admin/webhooks/{id}/enable': 'admin',
  'post /v1/admin/webhooks/{id}/replay': 'admin',
  'post /v1/admin/webhooks/{id}/rotate-secret': 'admin',
  'post /v1/admin/webhooks/{id}/test': 'admin',
  'get /v1/admin/keys': 'admin',
  'post /v1/admin/keys': 'admin',
  'get /v1/admin/keys/{id}': 'admin',
  'delete /v1/admin/keys/{id}': 'admin',
  'post /v1/admin/keys/{id}/rotate': 'admin',
};

type ByRole = { readonly [role in ApiRole]: string };
interface OpenApi {
  readonly paths: Readonly<Record<string, object>>;
}

const routesOf = ({ paths }: OpenApi): string[] =>
  Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));

describe('access', () => {
  let database: FreshDatabase;
  let server: Server;
  let issuer: Issuer;
  /** Good ones of each kind, by role. */
  let good: { readonly [kind: string]: ByRole };
  /** What counts for nothing, on no route, and how it is answered. */
  let bad: { readonly [what: string]: readonly [authorization: string | undefined, status: 401 | 403] };

  beforeAll(async () => {
    [database, issuer] = await Promise.all([freshDatabase(), startIssuer()]);
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_API_KEYS: API_ROLES.map((role) => `${role}:${SECRETS[role]}`).join(','),
      SKALD_JWT_ISSUER: issuer.url,
      SKALD_JWT_AUDIENCE: AUDIENCE,
    });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
    const rotated = await byRole(async (role) => rotate(await makeKey(role)));
    good = {
      'a key of the environment': SECRETS,
      'a stored key': await byRole(async (role) => (await makeKey(role)).key),
      'the new key after a rotation': mapped(rotated, ({ after }) => after),
      'the old key after a rotation': mapped(rotated, ({ before }) => before),
      'a token': await byRole((role) => issuer.token({ roles: [role] })),
    };
    bad = await badCredentials();
  });

  afterAll(async () => {
    await server.stop();
    await issuer.stop();
    await database.drop();
  });

  const asAdmin = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { authorization: `Bearer ${SECRETS.admin}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  };

  const makeKey = (role: ApiRole, more: object = {}) =>
    asAdmin<{ id: string; key: string }>('POST', '/v1/admin/keys', { name: `a ${role}`, role, ...more });

  const rotate = async ({ id, key }: { id: string; key: string }, body: object = {}) => ({
    before: key,
    after: (await asAdmin<{ key: string }>('POST', `/v1/admin/keys/${id}/rotate`, body)).key,
  });

  const badCredentials = async (): Promise<typeof bad> => {
    const expiring = await makeKey('admin', { expiresAt: new Date(Date.now() + 1_000).toISOString() });
    const revoked = await makeKey('admin');
    await asAdmin('DELETE', `/v1/admin/keys/${revoked.id}`);
    const { id } = await makeKey('admin');
    const token = await issuer.token({ roles: ['admin'] });
    const [header, , signature] = token.split('.');
    const [, forgedClaims] = (await issuer.token({ roles: ['admin'], sub: 'somebody else' })).split('.');
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'a', roles: ['admin'], exp: seconds(3_600) };
    const pem = new TextEncoder().encode(await issuer.publicPem());
    const own = await generateKeyPair('ES256', { extractable: true });
    const good = issuer.token;
    const credentials = {
      'a key that nobody knows': 'not-a-key-of-this-server',
      'half a key of the environment': SECRETS.admin.slice(0, -1),
      'the id of a stored key with another secret': keyText(id, newSecret()),
      'a revoked key': revoked.key,
      'an expired key': expiring.key,
      'the old key after a rotation without an overlap': (
        await rotate(await makeKey('admin'), { expiresPreviousAfter: '0s' })
      ).before,
      'an expired token': await good({ roles: ['admin'], exp: seconds(-60) }),
      'a token that never expires': await good({ roles: ['admin'], exp: undefined }),
      'a token of the future': await good({ roles: ['admin'], nbf: seconds(600) }),
      'a token for another audience': await good({ roles: ['admin'], aud: 'another' }),
      'a token of another issuer': await good({ roles: ['admin'], iss: 'https://id.example' }),
      'a token of nobody': await good({ roles: ['admin'], sub: '' }),
      'a token whose subject could break a line': await good({ roles: ['admin'], sub: 'a\nb' }),
      'a token with a key that the issuer has not': await good({ roles: ['admin'] }, { kid: 'unknown' }),
      'a token that was tampered with': `${header}.${forgedClaims}.${signature}`,
      'a token without its signature': `${header}.${forgedClaims}.`,
      'a token of a megabyte, nearly': await good({ roles: ['admin'], padding: 'x'.repeat(8_192) }),
      'an unsigned token': new UnsecuredJWT(claims).encode(),
      'a token signed with the public key as a shared secret': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(pem),
      'a token that brings its own key': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'first', jwk: await exportJWK(own.publicKey) })
        .sign(own.privateKey),
    };
    await eventually('the key expires', async () => (await statusOf('get /v1/sagas', expiring.key)) === 401);
    return {
      'no key': [undefined, 401],
      'a good key by another scheme': [`Basic ${SECRETS.admin}`, 401],
      'nothing behind the scheme': ['Bearer', 401],
      ...mapped(credentials, (credential) => [`Bearer ${credential}`, 401] as const),
      'a token without a role of ours': [`Bearer ${await good({ roles: ['chef'] })}`, 403],
    };
  };

  const ask = (route: string, authorization?: string): Promise<Response> => {
    const [method = '', path = ''] = route.split(' ');
    const url = server.url + path.replace(/\{(\w+)\}/g, (_, name) => (name === 'version' ? '1' : 'nobody'));
    return fetch(url, { method: method.toUpperCase(), headers: authorization === undefined ? {} : { authorization } });
  };

  const statusOf = async (route: string, key?: string): Promise<number> => {
    const answer = await ask(route, key === undefined ? undefined : `Bearer ${key}`);
    await answer.text();
    return answer.status;
  };

  it('has a rule for every route that the server has', async () => {
    const answer = await fetch(`${server.url}/openapi.json`);
    expect(routesOf((await answer.json()) as OpenApi).sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it('has a rule for every route that is published', () => {
    const published = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenApi;
    expect(routesOf(published).sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it.each(Object.keys(NEEDS))('lets in to %s whom the contract lets in, and nobody else', async (route) => {
    const needed = NEEDS[route]!;
    if (needed === 'public') {
      expect([401, 403]).not.toContain(await statusOf(route));
      return;
    }
    const outside = Object.entries(bad).map(async ([what, [authorization, expected]]) => {
      const answer = await ask(route, authorization);
      await answer.text();
      expect([what, answer.status]).toEqual([what, expected]);
      expect(answer.headers.get('www-authenticate')).toBe(expected === 401 ? 'Bearer' : null);
    });
    const inside = Object.entries(good).flatMap(([kind, keys]) =>
      API_ROLES.map(async (role) => {
        const status = await statusOf(route, keys[role]);
        const isLetIn = API_ROLES.indexOf(role) >= API_ROLES.indexOf(needed);
        if (isLetIn) expect([kind, role, 401, 403]).not.toContain(status);
        else expect([kind, role, status]).toEqual([kind, role, 403]);
      }),
    );
    await Promise.all([...outside, ...inside]);
  });

  it('does not know a key that was never made', async () => {
    const key = keyText('01a208f3-df59-7921-b926-b6918207c1eb', newSecret());
    expect(await statusOf('get /v1/sagas', key)).toBe(401);
  });

  it('repeats no credential in what it answers', async () => {
    for (const [authorization = ''] of Object.values(bad)) {
      const credential = authorization.split(' ')[1];
      const text = await (await ask('get /v1/sagas', authorization)).text();
      if (credential) expect(text).not.toContain(credential);
    }
  });

  it('asks the issuer for its keys a few times, not for every token with a key that nobody knows', () => {
    expect(issuer.asked()).toBeLessThanOrEqual(3);
  });
});

function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1_000) + fromNow;
}

function mapped<T, U, K extends string>(record: { readonly [key in K]: T }, change: (value: T) => U): Record<K, U> {
  return Object.fromEntries(Object.entries<T>(record).map(([key, value]) => [key, change(value)])) as Record<K, U>;
}

async function byRole<T>(make: (role: ApiRole) => Promise<T>): Promise<Record<ApiRole, T>> {
  return Object.fromEntries(await Promise.all(API_ROLES.map(async (role) => [role, await make(role)]))) as Record<
    ApiRole,
    T
  >;
}

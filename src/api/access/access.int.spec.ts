import { readFileSync } from 'node:fs';
import { API_ROLES, type ApiRole } from '../../config/api-key.js';
import { createLog } from '../../config/log.js';
import { readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';

jest.setTimeout(60_000);

const SECRETS = Object.fromEntries(API_ROLES.map((role) => [role, `${role}-secret-0123456789`]));

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
};

const published = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, object> };
const routes = Object.entries(published.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method} ${path}`),
);

describe('access', () => {
  let database: FreshDatabase;
  let server: Server;

  beforeAll(async () => {
    database = await freshDatabase();
    const config = readConfig({
      PORT: String(await freePort()),
      HOST: '127.0.0.1',
      SKALD_API_KEYS: API_ROLES.map((role) => `${role}:${SECRETS[role]}`).join(','),
    });
    server = await startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
  });

  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const statusOf = async (route: string, key?: string): Promise<number> => {
    const [method = '', path = ''] = route.split(' ');
    const url = server.url + path.replace(/\{(\w+)\}/g, (_, name) => (name === 'version' ? '1' : 'nobody'));
    const answer = await fetch(url, {
      method: method.toUpperCase(),
      headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    });
    await answer.text();
    return answer.status;
  };

  it('has a rule for every route that is published', () => {
    expect(routes.sort()).toEqual(Object.keys(NEEDS).sort());
  });

  it.each(routes)('lets in to %s whom the contract lets in, and nobody else', async (route) => {
    const needed = NEEDS[route]!;
    if (needed === 'public') {
      expect([401, 403]).not.toContain(await statusOf(route));
      return;
    }
    expect(await statusOf(route)).toBe(401);
    expect(await statusOf(route, 'not-a-key-of-this-server')).toBe(401);
    for (const role of API_ROLES) {
      const isLetIn = API_ROLES.indexOf(role) >= API_ROLES.indexOf(needed);
      const status = await statusOf(route, SECRETS[role]);
      if (isLetIn) expect([401, 403]).not.toContain(status);
      else expect(status).toBe(403);
    }
  });
});

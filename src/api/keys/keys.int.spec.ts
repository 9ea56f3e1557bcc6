import { request } from 'node:http';
import { createLog } from '../../config/log.js';
import { ConfigError, readConfig } from '../../config/read-config.js';
import { startServer, type Server } from '../../server.js';
import { freshDatabase, type FreshDatabase } from '../../../test/support/database.js';
import { freePort } from '../../../test/support/ports.js';
import { SkaldApi, type Answer } from '../../../test/support/skald-api.js';
import { eventually } from '../../../test/support/waiting.js';

jest.setTimeout(60_000);

const KEY_SHAPE = {
  id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  createdAt: expect.any(String) as string,
  createdBy: 'anonymous',
  expiresAt: null,
  previousExpiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
};

/** Two servers of one installation, without a key at first. The tests follow one another. */
describe('stored keys', () => {
  let database: FreshDatabase;
  let servers: Server[] = [];
  let here: SkaldApi;
  let there: SkaldApi;
  let admin: string;

  const start = async (env: Record<string, string> = {}): Promise<Server> => {
    const config = readConfig({ PORT: String(await freePort()), ...env });
    return startServer(config, createLog({ logLevel: 'silent', logFormat: 'json' }), database.url);
  };
  const ask = (api: SkaldApi, method: string, path: string, key?: string, body?: object): Promise<Answer> =>
    api.request(method, path, body, key === undefined ? {} : { authorization: `Bearer ${key}` });
  const make = async (body: object): Promise<{ id: string; key: string }> => {
    const answer = await ask(here, 'POST', '/v1/admin/keys', admin, body);
    expect(answer.status).toBe(201);
    return answer.body as { id: string; key: string };
  };
  const isLetIn = async (api: SkaldApi, key?: string): Promise<boolean> =>
    (await ask(api, 'GET', '/v1/sagas', key)).status === 200;
  const privateTarget = (api: SkaldApi, key?: string): Promise<Answer> =>
    ask(api, 'PUT', '/v1/participants/near', key, { endpoints: ['http://127.0.0.1:9'] });

  beforeAll(async () => {
    database = await freshDatabase();
    servers = await Promise.all([start(), start({ SKALD_ROLE: 'api' })]);
    [here, there] = servers.map(({ url }) => new SkaldApi(url)) as [SkaldApi, SkaldApi];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });

  it('let in nobody while there is none who asks by a name that is not of this machine (DNS rebinding)', async () => {
    const statusBy = (host: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const asking = request(`${here.url}/v1/sagas`, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        });
        asking.on('error', reject).end();
      });
    const { port } = new URL(here.url);
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', '127.1.2.3', 'skald.localhost']) {
      expect([host, await statusBy(`${host}:${port}`)]).toEqual([host, 200]);
    }
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'xlocalhost']) {
      expect([host, await statusBy(`${host}:${port}`)]).toEqual([host, 403]);
    }
  });

  it('let no other machine in while there is none', async () => {
    await expect(start({ HOST: '0.0.0.0' })).rejects.toThrow(ConfigError);
    await expect(start({ HOST: '0.0.0.0' })).rejects.toThrow(/^HOST is "0.0.0.0" but no API key/);
    expect(await isLetIn(here)).toBe(true);
    expect((await privateTarget(there)).status).toBe(201);
  });

  it('are asked for everywhere within two seconds of the first one, which says so', async () => {
    const first = await ask(here, 'POST', '/v1/admin/keys', undefined, { name: 'ops', role: 'admin' });
    expect(first.status).toBe(201);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.headers.get('location')).toBe(`/v1/admin/keys/${first.body.id}`);
    expect(first.body).toEqual({
      ...KEY_SHAPE,
      name: 'ops',
      role: 'admin',
      key: expect.stringMatching(new RegExp(`^sk_${first.body.id}_[\\w-]{43}$`)) as string,
      notice: expect.stringContaining('every request needs one') as string,
    });
    admin = first.body.key as string;
    expect(await isLetIn(here)).toBe(false);
    expect(await isLetIn(here, admin)).toBe(true);
    // At once, although the other server has not heard of it.
    expect(await isLetIn(there, admin)).toBe(true);
    await eventually('the other server asks for keys, too', async () => !(await isLetIn(there)), 10_000);
  });

  it('keep participants from private addresses, unless they are listed', async () => {
    for (const api of [here, there]) {
      const answer = await privateTarget(api, admin);
      expect(answer).toMatchObject({ status: 422, body: { code: 'target-refused' } });
    }
  });

  it('open the server to other machines', async () => {
    const server = await start({ HOST: '0.0.0.0', SKALD_ROLE: 'worker' });
    await server.stop();
  });

  it('are listed newest first, page by page, without their secrets', async () => {
    const { key } = await make({ name: 'dashboard', role: 'viewer', expiresAt: '2099-01-01T00:00:00+01:00' });
    const page = await ask(here, 'GET', '/v1/admin/keys?limit=1', admin);
    expect(page.body.items).toMatchObject(
      [{ name: 'dashboard', role: 'viewer', expiresAt: '2098-12-31T23:00:00.000Z', createdBy: /^key:/ }].map(
        (item) => ({ ...item, createdBy: expect.stringMatching(item.createdBy) as string }),
      ),
    );
    const next = await ask(here, 'GET', `/v1/admin/keys?limit=1&cursor=${page.body.nextCursor}`, admin);
    expect(next.body).toMatchObject({ items: [{ name: 'ops' }], nextCursor: null });
    expect(JSON.stringify([page.body, next.body])).not.toContain(key.slice(-43));
    const one = await ask(there, 'GET', `/v1/admin/keys/${page.body.items[0].id}`, admin);
    expect(one.body).toEqual(page.body.items[0]);
  });

  it('are rotated: for a while both secrets work, never more than two', async () => {
    const { id, key: first } = await make({ name: 'shop', role: 'submitter' });
    const rotate = (body: object = {}) => ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, body);
    const { status, body } = await rotate();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      name: 'shop',
      role: 'submitter',
      previousExpiresAt: expect.any(String) as string,
    });
    const overlap = Date.parse(body.previousExpiresAt as string) - Date.parse(body.createdAt as string);
    expect(overlap).toBeGreaterThanOrEqual(86_400_000);
    const second = body.key as string;
    for (const key of [first, second]) expect(await isLetIn(here, key)).toBe(true);
    const third = (await rotate({ expiresPreviousAfter: '1h' })).body.key as string;
    expect(await Promise.all([first, second, third].map((key) => isLetIn(here, key)))).toEqual([false, true, true]);
    const fourth = (await rotate({ expiresPreviousAfter: '0s' })).body.key as string;
    expect(await Promise.all([second, third, fourth].map((key) => isLetIn(here, key)))).toEqual([false, false, true]);
    await eventually('the other server has heard it', async () => !(await isLetIn(there, third)));
    expect(await isLetIn(there, fourth)).toBe(true);
  });

  it('can be rotated by several at once, and end with two secrets', async () => {
    const { id, key } = await make({ name: 'race', role: 'viewer' });
    const rotations = await Promise.all(
      Array.from({ length: 8 }, () => ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, {})),
    );
    const secrets = [key, ...rotations.map(({ body }) => body.key as string)];
    await eventually('two of them work', async () => {
      const counting = await Promise.all(secrets.map((secret) => isLetIn(there, secret)));
      return counting.filter(Boolean).length === 2;
    });
  });

  it('end by themselves, and say so to whoever has the secret', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { id, key } = await make({ name: 'short', role: 'viewer', expiresAt });
    await eventually('it has expired', async () => !(await isLetIn(there, key)));
    const answer = await ask(there, 'GET', '/v1/sagas', key);
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', detail: 'this key has expired' } });
    const wrong = await ask(there, 'GET', '/v1/sagas', `${key.slice(0, -1)}${key.endsWith('A') ? 'Q' : 'A'}`);
    expect(wrong.body.detail).not.toContain('expired');
    const rotated = await ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, {});
    expect(rotated).toMatchObject({ status: 409, body: { code: 'key-expired' } });
    const renewed = await ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, {
      expiresAt: '2099-01-01T00:00:00Z',
    });
    expect(await isLetIn(there, renewed.body.key as string)).toBe(true);
    expect(await isLetIn(there, key)).toBe(false);
  });

  it('are revoked for good, in every process', async () => {
    const { id, key } = await make({ name: 'leaked', role: 'operator' });
    expect(await isLetIn(there, key)).toBe(true);
    for (let i = 0; i < 2; i++) expect((await ask(here, 'DELETE', `/v1/admin/keys/${id}`, admin)).status).toBe(204);
    expect(await isLetIn(here, key)).toBe(false);
    await eventually('the other server has heard it', async () => !(await isLetIn(there, key)), 10_000);
    const rotated = await ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, {});
    expect(rotated).toMatchObject({ status: 409, body: { code: 'key-revoked' } });
    const { body } = await ask(there, 'GET', `/v1/admin/keys/${id}`, admin);
    expect(body.revokedAt).toEqual(expect.any(String));
  });

  it('tell when they were used last', async () => {
    const { id, key } = await make({ name: 'used', role: 'viewer' });
    await isLetIn(there, key);
    const lastUsedAt = await eventually('the use is written down', async () => {
      const { body } = await ask(here, 'GET', `/v1/admin/keys/${id}`, admin);
      return (body.lastUsedAt as string | null) ?? undefined;
    });
    expect(Math.abs(Date.parse(lastUsedAt) - Date.now())).toBeLessThan(60_000);
  });

  it('leave their changes in the audit trail, with who made them, and without a secret', async () => {
    const { id, key } = await make({ name: 'audited', role: 'operator' });
    const { body } = await ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, {});
    await ask(here, 'DELETE', `/v1/admin/keys/${id}`, admin);
    const trail = await ask(here, 'GET', '/v1/admin/audit?limit=3', admin);
    expect(trail.body.items).toMatchObject([
      { action: 'key.revoke', target: id },
      { action: 'key.rotate', target: id },
      { action: 'key.create', target: id, after: { name: 'audited', role: 'operator' } },
    ]);
    const text = JSON.stringify((await ask(here, 'GET', '/v1/admin/audit?limit=200', admin)).body);
    for (const secret of [key, body.key as string, admin]) expect(text).not.toContain(secret.slice(-43));
    for (const { actor, requestId } of trail.body.items as { actor: string; requestId: string }[]) {
      expect(actor).toBe(`key:${admin.slice(3, 39)}`);
      expect(requestId).toEqual(expect.any(String));
    }
  });

  it.each([
    [{ role: 'viewer' }, '/name'],
    [{ name: '', role: 'viewer' }, '/name'],
    [{ name: 'x', role: 'root' }, '/role'],
    [{ name: 'x', role: 'viewer', expiresAt: 'tomorrow' }, '/expiresAt'],
    [{ name: 'x', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ name: 'x', role: 'viewer', secret: 'mine' }, '/secret'],
  ])('are not made of %j', async (body, pointer) => {
    const answer = await ask(here, 'POST', '/v1/admin/keys', admin, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{ pointer }] } });
  });

  it('are not rotated with an overlap that is no duration, or too long a one', async () => {
    const { id } = await make({ name: 'x', role: 'viewer' });
    for (const expiresPreviousAfter of ['soon', '91d', 5]) {
      const answer = await ask(here, 'POST', `/v1/admin/keys/${id}/rotate`, admin, { expiresPreviousAfter });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/expiresPreviousAfter' }] } });
    }
  });

  it.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/rotate'],
  ])('are not found by %s with an id that none has', async (method, rest) => {
    for (const id of ['nobody', '01a208f3-df59-7921-b926-b6918207c1eb']) {
      const answer = await ask(here, method, `/v1/admin/keys/${id}${rest}`, admin);
      expect(answer).toMatchObject({ status: 404, body: { code: 'unknown-key' } });
    }
  });

  it('are asked for still when all of them are revoked', async () => {
    const { body } = await ask(here, 'GET', '/v1/admin/keys?limit=200', admin);
    const ids = (body.items as { id: string }[]).map(({ id }) => id);
    const last = admin.slice(3, 39);
    for (const id of [...ids.filter((id) => id !== last), last]) {
      expect((await ask(here, 'DELETE', `/v1/admin/keys/${id}`, admin)).status).toBe(204);
    }
    expect(await isLetIn(here)).toBe(false);
    expect((await ask(here, 'GET', '/v1/sagas', admin)).body.detail).toBe('this key was revoked');
    const refused = await ask(there, 'GET', '/v1/sagas');
    expect(refused.status).toBe(401);
  });
});

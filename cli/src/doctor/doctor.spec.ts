import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { judgeClock } from './clocks.js';
import { wordsOf } from './finding.js';
import { judgeMigrations, judgePartitions, judgeSettings, migrationsIn } from './postgres.js';
import { judgeRedis } from './redis.js';
import { checkTarget } from './server.js';

const GOOD = {
  ...{
    version: '180001',
    now: '0',
    max_connections: '100',
    used: '10',
    recovering: false,
    migrations: 'skald.migrations',
  },
  ...{ synchronous_commit: 'on', fsync: 'on' },
};
const results = (findings: readonly { result: string }[]) => findings.map(({ result }) => result);

test('a Postgres that is as it should be is left in peace', () => {
  expect(new Set(results(judgeSettings(GOOD)))).toEqual(new Set(['ok']));
});

test.each([
  ['is too old', { version: '140009' }, 'fail', 'needs 15'],
  ['has no room', { used: '95' }, 'warn', 'max_connections'],
  ['may lose commits', { synchronous_commit: 'off' }, 'fail', 'switch it on'],
  ['does not sync', { fsync: 'off' }, 'fail', 'fsync'],
  ['is a replica', { recovering: true }, 'fail', 'primary'],
])('a Postgres that %s is told how to be mended', (_, change, result, mend) => {
  const amiss = judgeSettings({ ...GOOD, ...change }).filter((finding) => finding.result !== 'ok');
  expect(amiss).toEqual([expect.objectContaining({ result, message: expect.stringContaining(mend) })]);
});

test('migrations and partitions that are missing are named', () => {
  expect(judgeMigrations(['A1', 'B2'], ['A1', 'B2']).result).toBe('ok');
  expect(judgeMigrations(['A1'], ['A1', 'B2'])).toMatchObject({
    result: 'fail',
    message: expect.stringContaining('B2'),
  });
  expect(judgeMigrations(['A1', 'C3'], ['A1'])).toMatchObject({
    result: 'warn',
    message: expect.stringContaining('C3'),
  });
  expect(judgeMigrations(['A1'], null).result).toBe('ok');
  const now = Date.parse('2026-11-24T12:00:00Z');
  expect(judgePartitions(['sagas_20261130'], now).result).toBe('ok');
  expect(judgePartitions(['sagas_20261123'], now)).toMatchObject({
    result: 'fail',
    message: expect.stringContaining('sagas_20261130'),
  });
});

test('the names of migrations are those that the database keeps', () => {
  const names = migrationsIn(resolve('migrations'));
  expect(names?.length).toBe(readdirSync('migrations').filter((file) => !file.includes('.down.')).length);
  expect(names).toContain('ApiKeys1795440007000');
  expect(migrationsIn('/nowhere')).toBeNull();
});

test('a Redis is judged by its policy, its persistence and its version', () => {
  const info = (policy: string, aof: number) =>
    `redis_version:7.2.4\r\nmaxmemory_policy:${policy}\r\naof_enabled:${aof}\r\n`;
  expect(results(judgeRedis(info('noeviction', 1)))).toEqual(['ok', 'ok', 'ok']);
  expect(results(judgeRedis(info('allkeys-lru', 0)))).toEqual(['ok', 'fail', 'warn']);
  expect(results(judgeRedis(''))).toEqual(['fail', 'fail', 'warn']);
});

test('clocks may be a little apart', () => {
  expect([0, 4_900, -20_000, 90_000].map((ahead) => judgeClock('c', ahead).result)).toEqual([
    'ok',
    'ok',
    'warn',
    'fail',
  ]);
  expect(judgeClock('c', -20_000).message).toContain('20.0 s behind');
  expect(judgeClock('c', 5_500, 1_000).result).toBe('ok');
});

test('a target that is not there is told of, and passwords never are', async () => {
  expect(await checkTarget('p', 'http://127.0.0.1:9')).toMatchObject({ result: 'warn' });
  expect(await checkTarget('p', 'nonsense')).toMatchObject({ result: 'fail' });
  expect(wordsOf(new Error('postgres://u:secret@host/db is away'))).toBe('postgres://(hidden)@host/db is away');
});

import { createLocalJWKSet, exportJWK, generateKeyPair, type FlattenedJWSInput, type JWK } from 'jose';
import { Problem } from '../errors/problem.js';
import { IssuerKeys } from './issuer-keys.js';

const A_TOKEN: FlattenedJWSInput = { payload: '', signature: '' };

describe("an issuer's keys", () => {
  let publicKey: JWK;
  let now: number;
  let shown: string[];
  let isAway: boolean;
  let asked: number;
  let failures: unknown[];
  let keys: IssuerKeys;

  beforeAll(async () => (publicKey = await exportJWK((await generateKeyPair('ES256')).publicKey)));

  beforeEach(() => {
    [now, shown, isAway, asked, failures] = [0, ['first'], false, 0, []];
    keys = new IssuerKeys({
      fetch: async () => {
        asked++;
        await Promise.resolve();
        if (isAway) throw new Error('connection refused');
        return createLocalJWKSet({ keys: shown.map((kid) => ({ ...publicKey, kid, alg: 'ES256' })) });
      },
      onFailure: (err) => failures.push(err),
      now: () => now,
    });
  });

  const find = async (kid: string) => keys.find({ alg: 'ES256', kid }, A_TOKEN);

  it('are read once, however many tokens come', async () => {
    await Promise.all(Array.from({ length: 50 }, () => find('first')));
    await find('first');
    expect(asked).toBe(1);
  });

  it('are read again for a token with a new one, but not for each that names a key at random', async () => {
    await find('first');
    shown = ['first', 'second'];
    now += 30_000;
    await expect(find('second')).resolves.toBeDefined();
    expect(asked).toBe(2);
    for (let i = 0; i < 1_000; i++) await expect(find(`random-${i}`)).rejects.toThrow('no applicable key');
    expect(asked).toBe(2);
    now += 30_000;
    await expect(find('random')).rejects.toThrow('no applicable key');
    expect(asked).toBe(3);
  });

  it('go on counting while the issuer is away', async () => {
    await find('first');
    isAway = true;
    for (let minute = 0; minute < 60; minute++) {
      now += 60_000;
      await expect(find('first')).resolves.toBeDefined();
      await expect(find('second')).rejects.toThrow('no applicable key');
    }
    expect(failures).toHaveLength(1);
  });

  it('that the issuer withdrew are forgotten after ten minutes', async () => {
    await find('first');
    shown = ['second'];
    now += 600_001;
    // This one brings the news, and does not wait for it.
    await find('first');
    await keys.ask();
    await expect(find('first')).rejects.toThrow('no applicable key');
    await expect(find('second')).resolves.toBeDefined();
  });

  it('that were never read make a problem that passes, and are asked for every two seconds', async () => {
    isAway = true;
    const problem = await find('first').catch((err: unknown) => err);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ status: 503, code: 'issuer-unavailable' });
    await expect(find('first')).rejects.toThrow(Problem);
    expect(asked).toBe(1);
    isAway = false;
    now += 2_000;
    await expect(find('first')).resolves.toBeDefined();
  });
});

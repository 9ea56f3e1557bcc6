import fc from 'fast-check';
import { hashOf, keyText, newSecret, readKeyText } from './key-text.js';

describe('the text of a key', () => {
  it('has its id and its secret in it', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const secret = newSecret();
        expect(readKeyText(keyText(id, secret))).toEqual({ id, secret });
      }),
    );
  });

  it('holds 256 random bits, of which no two keys have the same', () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });

  it.each([
    '',
    'sk_',
    'sk_0193_secret',
    `sk_01A208F3-DF59-7921-B926-B6918207C1EB_${'a'.repeat(43)}`,
    `sk_01a208f3-df59-7921-b926-b6918207c1eb_${'a'.repeat(42)}`,
    `sk_01a208f3-df59-7921-b926-b6918207c1eb_${'a'.repeat(44)}`,
    `sk_01a208f3-df59-7921-b926-b6918207c1eb_${'a'.repeat(42)}+`,
    `sk_01a208f3-df59-7921-b926-b6918207c1eb_${'a'.repeat(43)}\n`,
  ])('can not be %j', (text) => {
    expect(readKeyText(text)).toBeNull();
  });

  it('is kept as a hash that says nothing of it', () => {
    expect(hashOf('a')).toHaveLength(32);
    expect(hashOf('a')).toEqual(hashOf('a'));
    expect(hashOf('a')).not.toEqual(hashOf('b'));
  });
});

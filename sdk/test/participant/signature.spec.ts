import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { HIDDEN, signing, signingKey } from '../../../src/participants/signing.js';
import type { Participant } from '../../../src/participants/participant.js';
import { Place, type Problem } from '../../../src/saga/problems.js';
import { keysIn } from '../../src/participant/secrets.js';
import { flawInSignature } from '../../src/participant/signature.js';

const TOLERANCE = 300_000;

const key = fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
const id = fc.stringMatching(/^[\w/.-]{1,80}$/);
const body = fc.oneof(fc.json(), fc.string({ unit: 'grapheme' }), fc.constant(''));

const by = (secret: Buffer): Webhook => new Webhook(`whsec_${secret.toString('base64')}`);
const headersOf = (messageId: string, at: number, signature: string): Record<string, string> => ({
  'webhook-id': messageId,
  'webhook-timestamp': String(Math.floor(at / 1000)),
  'webhook-signature': signature,
});

describe('a signature', () => {
  it('is good exactly when the standard library says so', () => {
    // Whole, with another body, id, second or key, or with one bit of the signature turned.
    const change = fc.constantFrom('none', 'body', 'id', 'time', 'key', 'signature', 'version', 'more');
    fc.assert(
      fc.property(key, id, body, change, fc.nat(), (secret, messageId, text, what, at) => {
        const now = Date.now();
        const signature = by(secret).sign(messageId, new Date(now), text);
        const turned = Buffer.from(signature.slice(3), 'base64');
        turned[at % turned.length]! ^= 1 << (at % 8);
        const headers = headersOf(
          what === 'id' ? `${messageId}x` : messageId,
          what === 'time' ? now - 1_000 : now,
          {
            signature: `v1,${turned.toString('base64')}`,
            version: signature.replace('v1', 'v2'),
            more: `v1a,${signature.slice(3)} v1,AAAA ${signature} v2,x`,
          }[what as string] ?? signature,
        );
        const message = what === 'body' ? `${text} ` : text;
        const verifier = what === 'key' ? Buffer.concat([secret, Buffer.of(1)]) : secret;

        const theirs = (() => {
          try {
            by(verifier).verify(message, headers, { jsonParse: false });
            return true;
          } catch {
            return false;
          }
        })();
        const ours = flawInSignature({ headers, body: Buffer.from(message) }, [verifier], TOLERANCE, now) === null;
        expect({ what, ours }).toEqual({ what, ours: theirs });
        expect(ours).toBe(what === 'none' || what === 'more');
      }),
    );
  });

  it('is good for any of several secrets, and for no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 5, selector: String }), fc.nat(), (secrets, at) => {
        const now = Date.now();
        const signer = secrets[at % secrets.length]!;
        const headers = headersOf('id', now, by(signer).sign('id', new Date(now), '{}'));
        const message = { headers, body: Buffer.from('{}') };
        expect(flawInSignature(message, secrets, TOLERANCE, now)).toBeNull();
        const others = secrets.filter((secret) => secret !== signer);
        expect(flawInSignature(message, others, TOLERANCE, now)).toMatch(/not of a secret/);
      }),
    );
  });

  it.each([
    [-300, true],
    [-301, false],
    [0, true],
    [300, true],
    [301, false],
  ])('that was made at second %d from now is in time: %s', (seconds, isInTime) => {
    const now = 1_800_000_000_999;
    const at = now + seconds * 1_000;
    const secret = Buffer.from('twenty-four bytes of key');
    const headers = headersOf('id', at, by(secret).sign('id', new Date(at), '{}'));
    const flaw = flawInSignature({ headers, body: Buffer.from('{}') }, [secret], TOLERANCE, now);
    expect(flaw === null).toBe(isInTime);
  });

  it.each(['', 'soon', '1e9', '-1', '0x10', '1800000000.5', ' 1800000000'])(
    'is not good at the time %j, even if it fits',
    (timestamp) => {
      const headers = { ...headersOf('id', 0, 'v1,'), 'webhook-timestamp': timestamp };
      expect(flawInSignature({ headers, body: Buffer.of() }, [Buffer.from('k')], Infinity, 0)).not.toBeNull();
    },
  );
});

describe('a secret', () => {
  it('is read as the server reads it', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array).toString('base64'));
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.stringMatching(/^[\x21-\x7e]{6,12}$/),
      bytes.map((base64) => `whsec_${base64}`),
      bytes.map((base64) => `whsec_${base64.replace(/=+$/, '')}`),
      fc.constantFrom(
        HIDDEN,
        'env:SECRET',
        'env:',
        'whsec_',
        'x'.repeat(256),
        'x'.repeat(257),
        'pass word',
        'äöüäöüäö',
      ),
    );
    fc.assert(
      fc.property(text, (secret) => {
        const problems: Problem[] = [];
        signing({ secret }, new Place(problems));
        const isGood = problems.length === 0 && !secret.startsWith('env:');
        if (!isGood) return expect(() => keysIn(secret)).toThrow(TypeError);
        expect({ key: keysIn(secret)[0] }).toEqual(signingKey({ signing: { secret } } as Participant, {}));
      }),
      { numRuns: 500 },
    );
  });

  it.each([[undefined], [null], [''], [[]], [['good-secret', undefined]], [['good-secret', '']], [42], ['short']])(
    'is refused when it is %j, in a sentence that does not tell it',
    (secret) => {
      const message = (() => {
        try {
          return String(keysIn(secret));
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(message).toMatch(/^participant\(\{ secret \}\) (?:is|must)/);
      expect(message).not.toMatch(/good-secret|short/);
    },
  );
});

import fc from 'fast-check';
import type { Json } from '../saga/json.js';
import type { Reply } from '../saga/reply.js';
import type { Answer } from './answer.js';
import { readAnswer } from './answers.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const NO_OVERRIDES = { action: {}, compensation: {} };
const JSON_TYPE = { 'content-type': 'application/json' };

const read = (answer: Partial<Answer>): Reply =>
  readAnswer('action', { status: 200, headers: {}, body: Buffer.alloc(0), isCut: false, ...answer }, NO_OVERRIDES, NOW);

describe('an answer of any status', () => {
  it('is read in exactly one way, and never as done unless it is a 2xx or tells a compensation that nothing is there', () => {
    const status = fc.integer({ min: 200, max: 999 });
    const body = fc.oneof(fc.string(), fc.json()).map((text) => Buffer.from(text));
    fc.assert(
      fc.property(
        status,
        body,
        fc.constantFrom('action' as const, 'compensation' as const),
        (given, content, operation) => {
          const answer = { status: given, headers: JSON_TYPE, body: content, isCut: false };
          const { kind } = readAnswer(operation, answer, NO_OVERRIDES, NOW);
          const isNothingToUndo = operation === 'compensation' && (given === 404 || given === 410);
          if (kind === 'succeeded') expect(isNothingToUndo || (given < 300 && given !== 202)).toBe(true);
          if (kind === 'accepted') expect(given).toBe(202);
          if (kind === 'rejected') expect(given >= 300 && given < 500).toBe(true);
          expect(kind).not.toBe('refused');
        },
      ),
    );
  });
});

describe('the output of an action', () => {
  it('is any JSON value as it was sent', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('__proto__') && !/\\u(0000|d[89a-f])/.test(text));
        expect(read({ headers: JSON_TYPE, body: Buffer.from(text) })).toEqual({
          kind: 'succeeded',
          output: JSON.parse(text) as Json,
        });
      }),
    );
  });

  it.each([
    ['64 levels', '['.repeat(64) + ']'.repeat(64)],
    ['a byte order mark', '\ufeff{"a":1}'],
    ['white space alone', ' \r\n '],
    ['an escaped backslash before u0000', '{"a":"\\\\u0000"}'],
    ['an escaped pair', '"\\ud83d\\udeb2"'],
    ['a field called constructor', '{"constructor":{"prototype":1}}'],
  ])('may have %s', (_, text) => {
    expect(read({ headers: JSON_TYPE, body: Buffer.from(text) }).kind).toBe('succeeded');
  });

  it.each([
    ['65 levels', '['.repeat(65) + ']'.repeat(65), 'deeper than 64 levels'],
    ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000), 'deeper than 64 levels'],
    ['a NUL in a value', '{"a":["\\u0000"]}', 'NUL'],
    ['a NUL in a key', '{"\\u0000":1}', 'NUL'],
    ['half a pair', '"\\ud800"', 'surrogate'],
    ['__proto__', '{"a":{"__proto__":1}}', '__proto__'],
    ['__proto__ in disguise', '{"\\u005f_proto__":1}', '__proto__'],
    ['a number without end', '[1e999]', 'too large'],
    ['NaN', '{"a":NaN}', 'not JSON'],
    ['two values', '{}{}', 'not JSON'],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'not UTF-8'],
  ])('must not have %s', (_, body, why) => {
    expect(read({ headers: JSON_TYPE, body: Buffer.from(body) })).toMatchObject({
      kind: 'failed',
      effect: 'in-doubt',
      error: { code: 'unreadable-answer', message: expect.stringContaining(why) as string },
    });
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['3600', 3_600_000],
    ['3601', 3_600_000],
    ['1e9', 3_600_000],
    ['9'.repeat(400), 3_600_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['Sun, 01 Mar 2099 12:00:00 GMT', 3_600_000],
    ['-5', undefined],
    ['NaN', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('of %j means %p ms', (header, wait) => {
    const reply = read({ status: 429, headers: { 'retry-after': header } });
    expect(reply.kind === 'failed' && reply.retryAfter).toBe(wait);
  });
});

describe('the message of a refusal', () => {
  it.each([
    [
      'a problem',
      'application/problem+json',
      '{"title":"Out of stock","detail":"A-1 is gone"}',
      'Out of stock: A-1 is gone',
    ],
    [
      'a problem of no special type',
      'application/problem+json',
      '{"type":"about:blank","title":"Conflict","detail":"A-1 is gone"}',
      'A-1 is gone',
    ],
    ['a title', 'application/problem+json', '{"title":"Out of stock"}', 'Out of stock'],
    ['a message', 'application/json; charset=utf-8', '{"message":"gone"}', 'gone'],
    ['an error', 'application/json', '{"error":"gone"}', 'gone'],
    ['an error object', 'application/json', '{"error":{"message":"gone"}}', 'gone'],
    ['a reason', 'application/json', '{"reason":"card over limit"}', 'card over limit'],
    ['a string', 'application/json', '"gone"', 'gone'],
    ['plain text', 'text/plain', 'gone\r\nfor good', 'gone for good'],
    ['control characters', 'text/plain', 'a\u0000b\u001b[31mc\u202ed', 'a b [31mc d'],
    ['a long text, cut between characters', 'text/plain', `${'x'.repeat(299)}🚲`, 'x'.repeat(299)],
    ['a page', 'text/html', '<h1>gone</h1>', 'answered 409 Conflict'],
    ['broken JSON', 'application/json', '{"message":', 'answered 409 Conflict'],
    ['something else', 'application/json', '{"message":{"a":1}}', 'answered 409 Conflict'],
    ['nothing', 'application/json', '', 'answered 409 Conflict'],
  ])('is taken from %s', (_, type, body, message) => {
    expect(read({ status: 409, headers: { 'content-type': type }, body: Buffer.from(body) })).toMatchObject({
      kind: 'rejected',
      error: { code: 'http-409', message },
    });
  });

  it('is one line of at most 300 characters that any database takes, whatever was sent', () => {
    const body = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 2_000 }),
      fc.string({ unit: 'grapheme', maxLength: 400 }),
    );
    fc.assert(
      fc.property(body, (text) => {
        const reply = read({ status: 409, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) });
        const { message } = (reply as Extract<Reply, { kind: 'rejected' }>).error;
        expect(message.length).toBeGreaterThan(0);
        expect(message.length).toBeLessThanOrEqual(300);
        expect(message).not.toMatch(/[\p{Control}\p{Surrogate}\u2028\u2029\u202e]/u);
      }),
    );
  });

  it('has the same fingerprint for the same trouble with other ids and numbers', () => {
    const of = (text: string): string => {
      const reply = read({ status: 409, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) });
      return (reply as Extract<Reply, { kind: 'rejected' }>).error.fingerprint;
    };
    expect(of('order 0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b: 7 of 9 left')).toBe(
      of('order 0199ffff-0000-7e5f-8a9b-0c1d2e3f4a5b: 12 of 345 left'),
    );
    expect(of('card over limit')).not.toBe(of('card expired'));
  });
});

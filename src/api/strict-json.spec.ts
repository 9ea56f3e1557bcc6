import fc from 'fast-check';
import { Problem } from './errors/problem.js';
import { MAX_DEPTH, parseStrictJson, parseStrictYaml } from './strict-json.js';

const codeOf = (parse: () => unknown): string => {
  try {
    parse();
  } catch (err) {
    if (err instanceof Problem) return err.code;
    throw err;
  }
  return 'accepted';
};

describe('bodies', () => {
  it('reads what JSON.parse reads, whatever the values and names are', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), fc.integer({ min: 0, max: 2 }), (text, indent) => {
        fc.pre(!text.includes('\\u0000') && !text.includes('__proto__') && !/\d{16}/.test(text));
        const pretty = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseStrictJson(pretty)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'duplicate-field'],
    ['{"a":1,"\\u0061":2}', 'duplicate-field'],
    ['{"x":{"a":1},"y":[{"a":1,"b":{},"a":2}]}', 'duplicate-field'],
    ['{"a":{"a":{"a":1}},"b":["a","a"]}', 'accepted'],
    ['{"a":"\\"a\\":1,\\"a\\":2"}', 'accepted'],
    ['{"__proto__":{}}', 'forbidden-field'],
    ['{"\\u005f_proto__":{}}', 'forbidden-field'],
    ['{"a":"__proto__"}', 'accepted'],
    ['{"a":"\\u0000"}', 'nul-character'],
    ['{"a":"\\\\u0000"}', 'accepted'],
    ['{"a\\u0000":1}', 'nul-character'],
    [`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`, 'accepted'],
    [`${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}`, 'json-too-deep'],
    ['['.repeat(1_000_000), 'json-too-deep'],
    ['{"a":"\\ud800"}', 'half-character'],
    ['{"a":"\\ud83d\\ude00"}', 'accepted'],
    ['{"a":1e999}', 'number-out-of-range'],
    ['{"a":-1e-999}', 'accepted'],
    ['[9007199254740993]', 'number-out-of-range'],
    ['[9007199254740991, 0.1234567890123456789, "9007199254740993"]', 'accepted'],
    ['{"a":NaN}', 'malformed-json'],
    [`[${'1,'.repeat(249_998)}1]`, 'accepted'],
    [`[${'1,'.repeat(250_000)}1]`, 'json-too-large'],
    [`{"a":[${'[],'.repeat(130_000)}[]]}`, 'json-too-large'],
    [`[${'null,'.repeat(250_001)}null]`, 'json-too-large'],
    ['{"a":1', 'malformed-json'],
    ['{"a', 'malformed-json'],
    ['', 'malformed-json'],
    ["{'a':1}", 'malformed-json'],
  ])('%# judges %.40s as %s', (text, code) => {
    expect(codeOf(() => parseStrictJson(text))).toBe(code);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(codeOf(() => parseStrictJson(Buffer.from([0x22, 0xff, 0x22])))).toBe('not-utf-8');
    expect(parseStrictJson(Buffer.from('"ä"'))).toBe('ä');
  });

  it.each([
    ['name: a\nname: b', 'malformed-yaml'],
    ['a: &x [1,1]\nb: [*x, *x]', 'accepted'],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`).join('\n')}`,
      'malformed-yaml',
    ],
    ['a: [', 'malformed-yaml'],
    ['__proto__: 1', 'forbidden-field'],
  ])('%# reads YAML with the same limits', (text, code) => {
    expect(codeOf(() => parseStrictYaml(text))).toBe(code);
  });
});

import { SkaldClient } from './client.js';
import type { SkaldClientOptions } from './client-options.js';

const good = { baseUrl: 'http://localhost:8080/skald/' };

describe('the options of a client', () => {
  const bad: readonly [what: string, options: object, sentence: RegExp][] = [
    ['an address that is none', { baseUrl: 'localhost:8080' }, /^baseUrl must be the http\(s\) URL/],
    ['no address', {}, /^baseUrl must be the http\(s\) URL/],
    [
      'credentials in the address',
      { baseUrl: 'http://me:pass@skald' },
      /^baseUrl must not hold credentials: give apiKey$/,
    ],
    ['a query in the address', { baseUrl: 'http://skald?x=1' }, /^baseUrl must end with its path/],
    ['a key that no header can carry', { ...good, apiKey: 'line\nbreak' }, /^apiKey must be printable ASCII(?!.*line)/],
    ['an empty key', { ...good, apiKey: '' }, /^apiKey must be/],
    ['a time that is none', { ...good, timeout: 'soon' }, /^timeout: "soon" is no duration/],
    ['no time at all', { ...good, attemptTimeout: 0 }, /^attemptTimeout must be longer than nothing$/],
    ['half a retry', { ...good, retries: 0.5 }, /^retries must be a whole number/],
    ['a fetch that can not be called', { ...good, fetch: 'fetch' }, /^fetch must be a function/],
    ['a trace that is none', { ...good, traceparent: '00-abc-def-01' }, /^traceparent must be as W3C/],
  ];

  it.each(bad)('refuse %s', (_, options, sentence) => {
    expect(() => new SkaldClient(options as SkaldClientOptions)).toThrow(TypeError);
    expect(() => new SkaldClient(options as SkaldClientOptions)).toThrow(sentence);
  });

  it('may put the server under a path, and send names that hold anything', async () => {
    const asked: string[] = [];
    const skald = new SkaldClient({
      ...good,
      fetch: async (url) => {
        asked.push(url);
        return new Response('{}');
      },
    });
    await skald.definitions.get('a/b?c', 2);
    expect(asked).toEqual(['http://localhost:8080/skald/v1/definitions/a%2Fb%3Fc/versions/2']);
    for (const name of ['', '.', '..']) await expect(skald.participants.get(name)).rejects.toThrow('names nothing');
    await expect(skald.sagas.start('nap', {}, { idempotencyKey: 'Bestellung №1' })).rejects.toThrow('printable ASCII');
    expect(asked.length).toBe(1);
  });
});

import { createLog, errorRecord } from './log.js';

describe('an error in the log', () => {
  it('says what it is, and nothing that a driver has hung on it', () => {
    const client = { password: 'hunter2', secretKey: 4711 };
    const parameters = ['4111 1111 1111 1111'];
    const cause = Object.assign(new Error('terminating connection'), { code: '57P01', client });
    const err = Object.assign(new TypeError('lost', { cause }), { client, parameters, errno: -104 });
    expect(errorRecord(err)).toEqual({
      type: 'TypeError',
      message: 'lost',
      stack: err.stack,
      cause: { type: 'Error', code: '57P01', message: 'terminating connection', stack: cause.stack },
    });
  });

  it('is told whatever was thrown, and does not follow causes for ever', () => {
    expect(errorRecord('text')).toEqual({ type: 'string', message: 'text' });
    const err = new Error('round');
    err.cause = err;
    expect(JSON.stringify(errorRecord(err)).match(/"message"/g)).toHaveLength(5);
  });
});

describe('a record in the log', () => {
  it('holds no credential and no data of users, at whichever level they are', () => {
    const lines: string[] = [];
    const log = createLog({ logLevel: 'debug', logFormat: 'json' }, { write: (line) => void lines.push(line) });
    const hidden = { authorization: 'hush-1', 'x-api-key': 'hush-2', cookie: 'hush-3', secret: 'hush-4' };
    log.info({ ...hidden, body: { card: 'hush-5' } }, 'one');
    log.info({ headers: hidden, saga: { input: 'hush-6' } }, 'two');
    log.debug({ req: { headers: hidden, body: 'hush-7' }, participant: { signing: { secret: 'hush-8' } } }, 'three');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hush');
  });
});

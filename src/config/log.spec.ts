import { errorRecord } from './log.js';

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

import { passes, sqlState, StoreUnavailable } from './errors.js';

const postgres = (code: string) => Object.assign(new Error(code), { code, severity: 'ERROR' });

describe('trouble with Postgres', () => {
  it.each([
    ...[
      '08006',
      '08P01',
      '53100',
      '53300',
      '57P01',
      '57P02',
      '57P03',
      '57014',
      '58030',
      '25006',
      '55P03',
      '40P01',
      '40001',
    ],
  ])('passes by itself: %s', (code) => {
    expect(passes(postgres(code))).toBe(true);
    expect(passes(Object.assign(new Error('wrapped'), { driverError: postgres(code) }))).toBe(true);
  });

  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
    'EHOSTUNREACH',
    'EPERM',
  ])('passes when it is about the way there: %s', (code) => {
    expect(sqlState(postgres(code))).toBeNull();
    expect(passes(postgres(code))).toBe(true);
  });

  it('passes when the driver lost the connection or its patience', () => {
    expect(passes(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(passes(new Error('Query read timeout'))).toBe(true);
    expect(passes(new StoreUnavailable(false))).toBe(true);
  });

  it.each(['22021', '22P02', '23514', '23505', '42P01', 'SK001', '54000'])('does not pass: %s', (code) => {
    expect(passes(postgres(code))).toBe(false);
  });

  it('does not pass when it is a bug of ours', () => {
    expect(passes(new TypeError('x is undefined'))).toBe(false);
  });
});

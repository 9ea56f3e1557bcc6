import { readFileSync } from 'node:fs';
import { barrierSchema } from './schema.js';

describe('the schema of the barrier', () => {
  it('is what is shipped for migrations by hand', () => {
    expect(readFileSync('sdk/migrations/barrier.sql', 'utf8')).toBe(barrierSchema());
  });

  it.each(['', 'a b', 'a"b', 'A', 'a.b.c', 'a;drop table b', '1a', 'x'.repeat(64)])(
    'is not made for a table named %j',
    (name) => expect(() => barrierSchema(name)).toThrow(TypeError),
  );
});

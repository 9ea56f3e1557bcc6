import { readFileSync } from 'node:fs';
import { outboxSchema } from './schema.js';

describe('the schema of the outbox', () => {
  it('is what is shipped for migrations by hand', () => {
    expect(readFileSync('sdk/migrations/outbox.sql', 'utf8')).toBe(outboxSchema());
  });
});

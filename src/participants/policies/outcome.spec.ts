import type { Reply } from '../../saga/reply.js';
import { outcomeOf, type Outcome } from './outcome.js';

const error = (code: string) => ({ code, message: '', fingerprint: '' });

const TABLE: [Reply, Outcome][] = [
  [{ kind: 'succeeded', output: null }, 'success'],
  [{ kind: 'accepted' }, 'success'],
  [{ kind: 'rejected', error: error('http-409') }, 'success'],
  [{ kind: 'rejected', error: error('http-500') }, 'success'],
  [{ kind: 'rejected', error: error('target-refused') }, 'unsent'],
  [{ kind: 'rejected', error: error('invalid-path') }, 'unsent'],
  [{ kind: 'failed', effect: 'none', error: error('http-429') }, 'success'],
  [{ kind: 'failed', effect: 'none', error: error('http-425') }, 'success'],
  [{ kind: 'failed', effect: 'none', error: error('signing-secret-missing') }, 'unsent'],
  [{ kind: 'failed', effect: 'none', error: error('http-401') }, 'failure'],
  [{ kind: 'failed', effect: 'none', error: error('connection-refused') }, 'failure'],
  [{ kind: 'failed', effect: 'in-doubt', error: error('timeout') }, 'failure'],
  [{ kind: 'failed', effect: 'in-doubt', error: error('http-503'), retryAfter: 1_000 }, 'failure'],
  [{ kind: 'refused', by: 'bulkhead', wait: 10 }, 'unsent'],
  [{ kind: 'degraded', standIn: { by: 'skip' } }, 'unsent'],
];

describe('what a reply says about the health of a participant', () => {
  it.each(
    TABLE.map(([reply, outcome]) => [outcome, reply.kind, 'error' in reply ? reply.error.code : '', reply] as const),
  )('%s: %s %s', (outcome, _kind, _code, reply) => {
    expect(outcomeOf(reply)).toBe(outcome);
  });
});

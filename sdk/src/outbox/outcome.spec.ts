import { ConnectionError, ProblemError } from '../client/errors.js';
import { outcomeOf, type Outcome } from './outcome.js';

const problem = (status: number, code: string, retryAfter: number | null = null): ProblemError =>
  new ProblemError('POST /v1/sagas', { status, code, title: 'No', detail: 'because' }, { attempts: 1, retryAfter });

/** `busy`: the row has to wait; `away`: all rows have to. */
function meaning(outcome: Outcome): string {
  return outcome.state === 'postponed' ? (outcome.isGeneral ? 'away' : 'busy') : outcome.state;
}

describe('an answer to a start', () => {
  it.each<[string, unknown, 'refused' | 'busy' | 'away']>([
    ['400 invalid-idempotency-key', problem(400, 'invalid-idempotency-key'), 'refused'],
    ['404 unknown-definition', problem(404, 'unknown-definition'), 'refused'],
    ['413 body-too-large', problem(413, 'body-too-large'), 'refused'],
    ['422 invalid-input', problem(422, 'invalid-input'), 'refused'],
    ['422 idempotency-key-reused', problem(422, 'idempotency-key-reused'), 'refused'],
    ['409 idempotency-key-in-use', problem(409, 'idempotency-key-in-use'), 'busy'],
    ['409 concurrency-key-busy', problem(409, 'concurrency-key-busy'), 'busy'],
    ['401 of a wrong API key', problem(401, 'unauthenticated'), 'away'],
    ['403 of a role that may not', problem(403, 'forbidden'), 'away'],
    ['429 of a limit', problem(429, 'too-many-requests'), 'away'],
    ['500 of a bug', problem(500, 'internal'), 'away'],
    ['503 of a server that drains', problem(503, 'draining'), 'away'],
    ['404 of a proxy', problem(404, 'http-404'), 'away'],
    ['404 of a wrong address', problem(404, 'no-such-route'), 'away'],
    ['413 of a proxy', problem(413, 'http-413'), 'away'],
    ['no connection', new ConnectionError('unreachable', 'POST /v1/sagas: no answer', { attempts: 1 }), 'away'],
    ['no answer in time', new DOMException('too slow', 'TimeoutError'), 'away'],
    ['a text that was thrown', 'oops', 'away'],
    ['nothing that was thrown', undefined, 'away'],
  ])('%s', (_, error, expected) => {
    expect(meaning(outcomeOf(error))).toBe(expected);
  });

  it('tells the problem in words that Postgres can keep', () => {
    const error = Object.assign(new Error('half \ud83d and \0 nothing'), { code: 'EODD' });
    expect(outcomeOf(error)).toMatchObject({
      problem: { status: null, code: 'EODD', detail: 'half \ufffd and  nothing' },
    });
    expect(outcomeOf(new DOMException('slow', 'TimeoutError'))).toMatchObject({ problem: { code: 'TimeoutError' } });
  });

  it('is waited for as long as Skald asks', () => {
    expect(outcomeOf(problem(503, 'draining', 7_000))).toMatchObject({ atLeast: 7_000 });
    expect(outcomeOf(problem(503, 'draining'))).toMatchObject({ atLeast: 0 });
  });
});

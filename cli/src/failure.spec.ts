import { ConnectionError, ProblemError } from '@skald/sdk';
import { exitCodeOf, Failure, linesOf, UsageFailure } from './failure.js';

const problem = (status: number, more: object = {}) =>
  new ProblemError(
    'GET /',
    { status, code: 'c', title: 't', detail: 'no', ...more },
    { attempts: 1, retryAfter: null },
  );

test.each<[string, unknown, number]>([
  ['a body that could not be read', problem(400), 2],
  ['a key that is not known', problem(401), 5],
  ['a role that is too low', problem(403), 5],
  ['a saga that is not there', problem(404), 3],
  ['a no', problem(409), 4],
  ['a saga that has moved', problem(412), 4],
  ['a definition that cannot work', problem(422), 4],
  ['too many requests', problem(429), 6],
  ['a fault of the server', problem(500), 1],
  ['a server that drains', problem(503), 6],
  ['no answer', new ConnectionError('unreachable', 'x', { attempts: 1 }), 6],
  ['an option that cannot be used', new TypeError('x'), 2],
  ['a slip', new UsageFailure('x'), 2],
  ['a failure', new Failure('x'), 1],
  ['a bug', new Error('x'), 1],
])('%s has an exit code of its own', (_, err, code) => {
  expect(exitCodeOf(err)).toBe(code);
});

test('a problem is told with all that is wrong, and where', () => {
  const errors = [
    { pointer: '/a', detail: 'is missing' },
    { pointer: '', detail: 'is empty' },
  ];
  expect(linesOf(problem(422, { errors }))).toEqual(['no (422 c)', '  /a: is missing', '  the whole: is empty']);
});

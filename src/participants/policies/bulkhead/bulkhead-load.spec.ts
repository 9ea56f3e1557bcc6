import type { Effect, Reply } from '../../../saga/reply.js';
import { loadShownBy } from './bulkhead-load.js';

describe('the load that a reply shows', () => {
  it.each<[string, Reply, ReturnType<typeof loadShownBy>]>([
    ['a success', { kind: 'succeeded', output: null }, 'served'],
    ['an acceptance', { kind: 'accepted' }, 'served'],
    ['a business no', { kind: 'rejected', error: errorOf('http-409') }, 'served'],
    ['a target that may not be called', { kind: 'rejected', error: errorOf('target-refused') }, 'none'],
    ['a time-out', failed('timeout', 'in-doubt'), 'overload'],
    ['a server error', failed('http-500', 'in-doubt'), 'overload'],
    ['an unavailable service', failed('http-503', 'none'), 'overload'],
    ['too many requests', failed('http-429', 'none'), 'overload'],
    ['a closed port', failed('connection-refused', 'none'), 'none'],
    ['a missing login', failed('http-401', 'none'), 'none'],
    ['a refusal of ours', { kind: 'refused', by: 'breaker', wait: 1 }, 'none'],
    ['a stand-in', { kind: 'degraded', standIn: { by: 'skip' } }, 'none'],
  ])('of %s', (_, reply, load) => {
    expect(loadShownBy(reply)).toBe(load);
  });
});

function failed(code: string, effect: Effect): Reply {
  return { kind: 'failed', effect, error: errorOf(code) };
}

function errorOf(code: string): { code: string; message: string; fingerprint: string } {
  return { code, message: '', fingerprint: '' };
}

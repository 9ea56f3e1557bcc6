import { callOf, participantAt } from '../../test/participants/loopback.js';
import type { Reply } from '../saga/reply.js';
import { chain, type Policy } from './chain.js';

const call = callOf(participantAt('http://127.0.0.1:1'));
const sent: Reply = { kind: 'succeeded', output: 1 };
const refused: Reply = { kind: 'refused', by: 'breaker', wait: 5 };

it('passes the policies from the outermost in, and each may answer in its place', async () => {
  const passed: string[] = [];
  const named =
    (name: string): Policy =>
    (given, next) => {
      passed.push(name);
      return name === 'inner' && given.attempt > 1 ? Promise.resolve(refused) : next(given);
    };
  const send = chain([named('outer'), named('inner')], () => Promise.resolve(sent));
  expect(await send(call)).toBe(sent);
  expect(await send({ ...call, attempt: 2 })).toBe(refused);
  expect(passed).toEqual(['outer', 'inner', 'outer', 'inner']);
});

it('is the call itself where there is no policy', () => {
  const send = () => Promise.resolve(sent);
  expect(chain([], send)).toBe(send);
});

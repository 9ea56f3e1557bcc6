import { LIST, LONG_LIST, PAIR, PATIENT, PIVOT_AND_MORE, PIVOT_LAST, WITH_DEADLINE } from './definitions.js';
import { scenario, type Scenario } from './scenario.js';

/**
 * The worlds in which every promise must hold. A cancel may come at any moment in nearly all of them. No world has all
 * faults at once, that would be too many states; each pair of faults that can meet is in one of them.
 */
export const SCENARIOS: readonly Scenario[] = [
  scenario('a list: slow driver, late message', LIST, { cancels: 1, takeovers: 1, timeouts: 1 }),
  scenario('a list: slow driver, refused connections', LIST, { cancels: 1, takeovers: 1, refusals: 2 }),
  scenario('a list: slow driver, an answer by callback', LIST, { cancels: 1, takeovers: 1, acceptances: 1 }),
  scenario('a list: dead driver, late message, refused connection, a no', LIST, {
    cancels: 1,
    crashes: 1,
    timeouts: 1,
    refusals: 1,
    rejections: 1,
  }),
  scenario('a list: two dead drivers, a breaker', LIST, { crashes: 2, refusals: 1, holdBacks: 1 }),
  scenario('a list: dead driver, an answer by callback that may get lost', LIST, {
    crashes: 1,
    timeouts: 1,
    acceptances: 1,
  }),
  scenario('a list: late and doubled messages, compensations that fail', LIST, {
    cancels: 1,
    timeouts: 2,
    duplicates: 1,
    rejections: 1,
    undoRejections: 1,
  }),
  scenario('a list of three: late message, refused connection, a no', LONG_LIST, {
    cancels: 1,
    timeouts: 1,
    refusals: 1,
    rejections: 1,
  }),
  scenario('a long wait before the next attempt: slow and dead drivers', PATIENT, {
    cancels: 1,
    crashes: 1,
    takeovers: 1,
    refusals: 2,
  }),
  scenario('two branches: dead driver', PAIR, { cancels: 1, crashes: 1 }),
  scenario('two branches: late message, a no', PAIR, { cancels: 1, timeouts: 1, rejections: 1 }),
  scenario('two branches: refused connections, a no', PAIR, { cancels: 1, refusals: 2, rejections: 1 }),
  scenario('a pivot: slow driver, late message, refused connection', PIVOT_LAST, {
    cancels: 1,
    takeovers: 1,
    timeouts: 1,
    refusals: 1,
  }),
  scenario('a pivot: dead driver, late message, refused connection, a breaker', PIVOT_LAST, {
    cancels: 1,
    crashes: 1,
    timeouts: 1,
    refusals: 1,
    holdBacks: 1,
  }),
  scenario('a pivot: dead driver, used-up attempts, a no', PIVOT_LAST, {
    cancels: 1,
    crashes: 1,
    timeouts: 2,
    rejections: 1,
  }),
  scenario('a pivot answered by callback: dead driver', PIVOT_LAST, { cancels: 1, crashes: 1, acceptances: 1 }),
  scenario('a pivot and a retriable step: dead driver, late message, a no', PIVOT_AND_MORE, {
    cancels: 1,
    crashes: 1,
    timeouts: 1,
    rejections: 1,
  }),
  scenario('a deadline that passes at any moment: dead driver, late message', WITH_DEADLINE, {
    crashes: 1,
    timeouts: 1,
  }),
  scenario('an order to retry at any moment: compensations that fail, dead driver, a breaker', LIST, {
    cancels: 1,
    crashes: 1,
    holdBacks: 1,
    rejections: 1,
    undoRejections: 1,
    orders: 1,
  }),
  scenario('an order to retry a long wait: slow and dead drivers', PATIENT, {
    cancels: 1,
    crashes: 1,
    takeovers: 1,
    refusals: 1,
    orders: 1,
  }),
  scenario('an order to retry a pivot in doubt: dead driver, used-up attempts, a no', PIVOT_LAST, {
    cancels: 1,
    crashes: 1,
    timeouts: 2,
    rejections: 1,
    orders: 1,
  }),
  scenario('an order to retry after the pivot: used-up attempts, a no', PIVOT_AND_MORE, {
    cancels: 1,
    crashes: 1,
    timeouts: 1,
    rejections: 1,
    orders: 1,
  }),
  scenario(
    'orders to pause and to compensate at any moment: slow driver, a no',
    LIST,
    { takeovers: 1, rejections: 1, orders: 2 },
    { orders: [{ verb: 'pause' }, { verb: 'compensate' }] },
  ),
  scenario(
    'an order to pause around a pivot: cancel, dead driver, late message',
    PIVOT_AND_MORE,
    { cancels: 1, crashes: 1, timeouts: 1, orders: 1 },
    { orders: [{ verb: 'pause' }] },
  ),
  // Without a barrier the promises hold for as long as no message comes after its caller has given it up.
  scenario(
    'participants without a barrier, and no late messages',
    LIST,
    { cancels: 1, crashes: 1, timeouts: 1, refusals: 1, rejections: 1 },
    { hasBarrier: false, hasLateMessages: false },
  ),
];

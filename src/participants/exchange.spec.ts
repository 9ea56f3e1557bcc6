import fc from 'fast-check';
import type { Dispatcher } from 'undici';
import type { Answer } from './answer.js';
import { Exchange } from './exchange.js';
import type { Fault } from './faults.js';
import { TimerWheel } from './timer-wheel.js';

const HOUR = 3_600_000;
const LIMIT = 10;

describe('an exchange', () => {
  it('settles once, whatever comes in whatever order, and leaves no timer behind', () => {
    const event = fc.oneof(
      fc.constantFrom('start' as const, 'end' as const, 'error' as const, 'expire' as const),
      fc.record({ status: fc.constantFrom(103, 200, 409), length: fc.option(fc.integer({ min: 0, max: 20 })) }),
      fc.record({ bytes: fc.integer({ min: 0, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const wheel = new TimerWheel();
        const ends: (Answer | Fault)[] = [];
        const exchange = new Exchange(wheel, HOUR, LIMIT, (end) => ends.push(end));
        let wasStarted = false;
        let aborts = 0;
        const controller = { abort: () => (aborts += 1) } as unknown as Dispatcher.DispatchController;
        for (const each of events) {
          const wasSettled = ends.length > 0;
          if (each === 'start') {
            if (wasSettled) expect(() => exchange.onRequestStart(controller)).toThrow('given up before it was sent');
            else exchange.onRequestStart(controller);
            wasStarted ||= !wasSettled;
          } else if (each === 'end') exchange.onResponseEnd();
          else if (each === 'error') exchange.onResponseError(controller, new Error('cut'));
          else if (each === 'expire') exchange.expire();
          else if ('bytes' in each) exchange.onResponseData(controller, Buffer.alloc(each.bytes));
          else exchange.onResponseStart(controller, each.status, { 'content-length': String(each.length ?? '') });
          if (['end', 'error', 'expire'].includes(each as string)) expect(ends).toHaveLength(1);
        }
        expect(ends.length).toBeLessThanOrEqual(1);
        expect(wheel.count).toBe(1 - ends.length);
        const [end] = ends;
        if (end && 'error' in end) expect(end.wasSent).toBe(wasStarted);
        if (end && 'status' in end && !end.isCut) expect(end.body.length).toBeLessThanOrEqual(LIMIT);
        if (aborts > 0) expect(wasStarted || (end && 'status' in end)).toBeTruthy();
        exchange.onResponseEnd();
      }),
    );
  });
});

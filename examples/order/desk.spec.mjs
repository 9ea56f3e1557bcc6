import { EventEmitter } from 'node:events';
import { Desk } from './desk.mjs';

/** A call as Express hands it on; `end` answers it or hangs up, which is the same to the desk. */
function arriveAt(desk) {
  const call = { isServed: false, status: null };
  const response = Object.assign(new EventEmitter(), {
    status(code) {
      call.status = code;
      return response;
    },
    set: () => response,
    json: () => response,
  });
  desk.receive({}, response, () => (call.isServed = true));
  return Object.assign(call, { end: () => response.emit('close') });
}

const served = (calls) => calls.map(({ isServed }) => isServed);

it('serves as many calls at a time as it has clerks, the others in their order', () => {
  const desk = new Desk(2, 10);
  const calls = Array.from({ length: 4 }, () => arriveAt(desk));
  expect(served(calls)).toEqual([true, true, false, false]);
  calls[1].end();
  expect(served(calls)).toEqual([true, true, true, false]);
  calls[0].end();
  expect(served(calls)).toEqual([true, true, true, true]);
  calls[2].end();
  calls[3].end();
  expect(served([arriveAt(desk), arriveAt(desk), arriveAt(desk)])).toEqual([true, true, false]);
});

it('turns away with 503 whoever finds the line full, and keeps count', () => {
  const desk = new Desk(1, 1);
  expect([arriveAt(desk), arriveAt(desk), arriveAt(desk)].map(({ status }) => status)).toEqual([null, null, 503]);
  expect(desk.figures).toEqual({ served: 1, turnedAway: 1, longestLine: 1 });
});

it('neither serves nor counts on whoever hangs up in the line', () => {
  const desk = new Desk(1, 2);
  const [first, impatient, patient] = [arriveAt(desk), arriveAt(desk), arriveAt(desk)];
  impatient.end();
  first.end();
  expect(served([impatient, patient])).toEqual([false, true]);
  patient.end();
  expect(arriveAt(desk).isServed).toBe(true);
  expect(arriveAt(desk).isServed).toBe(false);
});

import fc from 'fast-check';
import { departures, phasesOf } from './departures.mjs';

it('sends ten times as many orders in the surge, evenly and in order', () => {
  const some = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(some, some, some, some, (base, before, surge, after) => {
      const due = departures(phasesOf({ base, before, surge, after }));
      const countOf = (name) => due.filter(({ phase }) => phase === name).length;
      expect([countOf('before'), countOf('surge'), countOf('after')]).toEqual([
        base * before,
        base * surge * 10,
        base * after,
      ]);
      const start = { before: 0, surge: before, after: before + surge };
      const rate = { before: base, surge: base * 10, after: base };
      const isOff = ({ phase, at }, i) => {
        const first = due.findIndex((other) => other.phase === phase);
        return Math.abs(at - 1_000 * (start[phase] + (i - first) / rate[phase])) > 1e-6;
      };
      expect(due.filter(isOff)).toEqual([]);
    }),
  );
});

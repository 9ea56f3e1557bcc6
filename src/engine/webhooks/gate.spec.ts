import fc from 'fast-check';
import { Gate } from './gate.js';
import type { ReceiverVerdict } from './verdict.js';

const WELL: ReceiverVerdict = { kind: 'well' };
const ILL: ReceiverVerdict = { kind: 'ill' };

function ill(times: number, gate = new Gate()): Gate {
  for (let i = 0; i < times; i++) gate.heed(ILL, 0, 1);
  return gate;
}

describe('the gate before a receiver', () => {
  it('lets as many through as there is room for', () => {
    expect(new Gate().room(0, 16, 0)).toBe(16);
    expect(new Gate().room(0, 16, 20)).toBe(0);
  });

  it('shuts after five failures in a row, and lets one through after a rest', () => {
    expect(ill(4).room(0, 16, 0)).toBe(16);
    const gate = ill(5);
    expect(gate.room(0, 16, 0)).toBe(0);
    expect(gate.room(1_000, 16, 0)).toBe(1);
    expect(gate.room(1_000, 16, 1)).toBe(0);
  });

  it('rests longer every time, up to half a minute', () => {
    const gate = ill(5);
    let now = 0;
    const rests: number[] = [];
    for (let i = 0; i < 12; i++) {
      let rest = 0;
      while (gate.room(now + rest, 1, 0) === 0) rest += 100;
      rests.push(rest);
      now += rest;
      gate.heed(ILL, now, 1);
    }
    expect(rests).toEqual([...rests].sort((a, b) => a - b));
    expect(rests.at(-1)).toBe(30_000);
  });

  it('opens wide as soon as one got through', () => {
    const gate = ill(9);
    gate.heed(WELL, 60_000, 0);
    expect(gate.room(60_000, 16, 0)).toBe(16);
  });

  it('shuts for as long as it is asked to', () => {
    const gate = new Gate();
    gate.heed({ kind: 'resting', rest: 40_000 }, 0, 0);
    expect(gate.room(39_999, 16, 0)).toBe(0);
    expect(gate.room(40_000, 16, 0)).toBe(1);
  });

  it('never stays shut for longer than half a minute unless it is asked to', () => {
    const verdict = fc.constantFrom<ReceiverVerdict>(WELL, ILL, { kind: 'resting', rest: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(verdict, fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }))), (story) => {
        const gate = new Gate();
        let now = 0;
        for (const [each, later, random] of story) gate.heed(each, (now += later), random);
        expect(gate.room(now + 30_000, 16, 0)).toBeGreaterThan(0);
      }),
    );
  });
});

import { breaker, snapshot } from '../../test/participants/snapshots.js';
import type { ParticipantSnapshot } from '../participants/participant-snapshot.js';
import type { Json } from '../saga/json.js';
import { Neighbours } from './neighbours.js';
import { writeReport } from './node-report.js';

const ABOUT = { role: 'worker', version: '1.2.3', startedAt: 0 } as const;
const told = (node: string, age: number, participants: Readonly<Record<string, ParticipantSnapshot>> = {}) => ({
  ...{ node, age },
  report: JSON.parse(writeReport(ABOUT, participants)) as Json,
});

describe('what a process knows of the others', () => {
  it('is what it has heard last', () => {
    const neighbours = new Neighbours();
    expect(neighbours.count(0)).toBe(0);
    neighbours.hear([told('a', 0), told('b', 0)], 1_000);
    expect(neighbours.count(1_000)).toBe(2);
    neighbours.hear([told('b', 0)], 2_000);
    expect(neighbours.count(2_000)).toBe(1);
  });

  it('grows older by the age it had when it was heard, and by the time since', () => {
    const neighbours = new Neighbours();
    const open = breaker({ state: 'open', sinceMs: 100, openedMs: 100, halfOpensMs: 4_000, closedByProbeMs: 9_000 });
    neighbours.hear([told('a', 400, { payment: snapshot({ breaker: open }) })], 1_000);
    const aged = (ms: number) => ({
      ...{ sinceMs: 100 + ms, openedMs: 100 + ms, halfOpensMs: 4_000 - ms, closedByProbeMs: 9_000 + ms },
    });
    expect(neighbours.reportsOf('payment', 1_000)).toMatchObject([aged(400)]);
    expect(neighbours.reportsOf('payment', 3_000)).toMatchObject([aged(2_400)]);
  });

  it('never comes from the future, whatever the clock of the database does', () => {
    const neighbours = new Neighbours();
    neighbours.hear([told('a', -3_000, { payment: snapshot({ breaker: breaker({ sinceMs: 100 }) }) })], 1_000);
    expect(neighbours.reportsOf('payment', 1_000)).toMatchObject([{ sinceMs: 100 }]);
  });

  it('tells of a breaker only what those say who have one for that participant', () => {
    const neighbours = new Neighbours();
    const open = snapshot({ breaker: breaker({ state: 'open' }) });
    neighbours.hear([told('a', 0, { payment: open, mail: snapshot() }), told('b', 0, { mail: snapshot() })], 0);
    expect(neighbours.reportsOf('payment', 0)).toHaveLength(1);
    expect(neighbours.reportsOf('mail', 0)).toEqual([]);
    expect(neighbours.reportsOf('constructor', 0)).toEqual([]);
  });

  it('is believed for ten seconds when nothing more can be heard', () => {
    const neighbours = new Neighbours();
    neighbours.hear([told('a', 0, { payment: snapshot({ breaker: breaker() }) })], 5_000);
    expect(neighbours.count(15_000)).toBe(1);
    expect(neighbours.reportsOf('payment', 15_000)).toHaveLength(1);
    expect(neighbours.count(15_001)).toBe(0);
    expect(neighbours.reportsOf('payment', 15_001)).toEqual([]);
  });

  it('counts a process that speaks another format, and takes nothing else from it', () => {
    const neighbours = new Neighbours();
    const report = { format: 99, participants: { payment: { breaker: { state: 'ajar' } } } };
    neighbours.hear(
      [
        { node: 'newer', age: 0, report },
        { node: 'odd', age: 0, report: null },
      ],
      0,
    );
    expect(neighbours.count(0)).toBe(2);
    expect(neighbours.reportsOf('payment', 0)).toEqual([]);
  });
});

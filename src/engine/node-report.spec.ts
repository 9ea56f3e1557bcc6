import fc from 'fast-check';
import { breaker, endpoint, snapshot } from '../../test/participants/snapshots.js';
import { readReport, writeReport } from './node-report.js';

const ABOUT = { role: 'all', version: '1.2.3', startedAt: 1_000 } as const;
const written = (...args: Parameters<typeof writeReport>) => readReport(JSON.parse(writeReport(...args)))!;

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,20}$/);
const anySnapshot = fc
  .record({
    state: fc.constantFrom('closed', 'open', 'half-open', 'forced-open'),
    inFlight: fc.nat(1_000),
    endpoints: fc.nat(8),
  })
  .map(({ state, inFlight, endpoints }) =>
    snapshot({
      breaker: breaker({ state }),
      inFlight,
      endpoints: Array.from({ length: endpoints }, (_, i) => endpoint(`http://10.0.0.${i}:8080`)),
    }),
  );

describe('the report of a process', () => {
  it('says all that there is, where there is room', () => {
    const participants = { constructor: snapshot({ endpoints: [endpoint('http://a:1')] }), mail: snapshot() };
    expect(written(ABOUT, participants)).toEqual({ format: 1, ...ABOUT, omitted: 0, participants });
    expect(written(ABOUT, {})).toEqual({ format: 1, ...ABOUT, omitted: 0, participants: {} });
  });

  it('stays within its bounds, and tells of open breakers before anything else', () => {
    fc.assert(
      fc.property(fc.dictionary(name, anySnapshot), fc.integer({ min: 0, max: 8_000 }), (snapshots, room) => {
        const text = writeReport(ABOUT, snapshots, room);
        const { participants, omitted } = readReport(JSON.parse(text))!;
        expect(text.length).toBeLessThan(room + 200 + Object.keys(participants).length);
        expect(Object.keys(participants).length + omitted).toBe(Object.keys(snapshots).length);
        for (const [name, told] of Object.entries(participants)) {
          const { endpoints, ...rest } = snapshots[name]!;
          expect(told).toEqual({ ...rest, endpoints: told.endpoints.length > 0 ? endpoints : [] });
        }
        const bare = Object.entries(snapshots).map(([name, it]) => {
          return { name, it, size: JSON.stringify({ [name]: { ...it, endpoints: [] } }).length };
        });
        const left = bare.filter(({ name }) => !Object.hasOwn(participants, name));
        const isOpen = (name: string) => snapshots[name]!.breaker!.state !== 'closed';
        for (const lost of left.filter(({ name }) => isOpen(name))) {
          // A closed one may be there only in a gap that the open one did not fit into.
          const closed = bare.filter(({ name }) => Object.hasOwn(participants, name) && !isOpen(name));
          for (const { size } of closed) expect(size).toBeLessThan(lost.size);
        }
      }),
    );
  });

  it('leaves out endpoints before it leaves out a participant', () => {
    const many = Array.from({ length: 64 }, (_, i) => endpoint(`http://10.0.0.${i}:8080`));
    const snapshots = { big: snapshot({ inFlight: 9, endpoints: many }), small: snapshot() };
    expect(written(ABOUT, snapshots, 500).participants).toEqual({ big: snapshot({ inFlight: 9 }), small: snapshot() });
  });
});

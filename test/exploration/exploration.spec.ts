import type { Findings } from './explore.js';
import { MUTANTS } from './mutants.js';
import { exploreSaga } from './saga-model.js';
import { SCENARIOS } from './scenarios.js';

/** Seconds of work for one scenario, on a machine that may have other things to do. */
const PATIENCE = 180_000;

const counts: string[] = [];

afterAll(() => {
  process.stdout.write(`\nExplored exhaustively:\n${counts.join('\n')}\n`);
});

describe('whatever goes wrong, in whatever order', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'every promise holds: %s',
    (name, scenario) => {
      const findings = exploreSaga(scenario);
      counts.push(`${String(findings.states).padStart(8)} states ${String(findings.moves).padStart(8)} moves  ${name}`);
      expect(traceOf(findings)).toBe('no violation');
      expect(findings.states).toBeGreaterThan(1_000); // a world in which nothing can happen proves nothing
    },
    PATIENCE,
  );
});

describe('the exploration notices when', () => {
  it.each(MUTANTS.map((mutant) => [mutant.scenario.name, mutant] as const))(
    '%s',
    (_, { scenario, breaks }) => {
      expect(exploreSaga(scenario).violation?.promise).toMatch(breaks);
    },
    PATIENCE,
  );

  it.each(MUTANTS.map((mutant) => [mutant.scenario.name, mutant] as const))(
    '%s, and not because the same world breaks the promise anyway',
    (_, { scenario }) => {
      const { name, definition, budget } = scenario;
      const sound = SCENARIOS[0]!;
      expect(traceOf(exploreSaga({ ...sound, name, definition, budget }))).toBe('no violation');
    },
    PATIENCE,
  );
});

/** What a person needs to understand a violation: the broken promise, and the shortest way to break it. */
function traceOf({ violation }: Findings): string {
  if (!violation) return 'no violation';
  return [violation.promise, ...violation.trace.map((what, i) => `${i + 1}. ${what}`)].join('\n');
}

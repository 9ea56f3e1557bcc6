/** Names that start with this belong to the test suites. */
const FOR_TESTS = 'SKALD_TEST_';

/** A sentence for each `SKALD_*` variable that is set but means nothing: most likely a slip of the pen. */
export function warnOfUnknown(names: readonly string[], known: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('SKALD_') && !name.startsWith(FOR_TESTS) && !known.includes(name))
    .map((name) => {
      const [nearest] = known
        .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
        .filter(({ distance }) => distance <= 3)
        .sort((a, b) => a.distance - b.distance);
      return `${name} is set but means nothing here${nearest ? `; did you mean ${nearest.candidate}?` : '.'}`;
    });
}

/** Levenshtein's distance: how many letters to add, drop or change. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const change = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

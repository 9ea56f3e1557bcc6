/** One thing that can happen next. */
export interface Move<World> {
  /** What happens, for a person who reads the trace. */
  readonly what: string;
  /** Faults may happen; the rest must be enough to bring every saga to an end. */
  readonly isFault: boolean;
  readonly to: World;
  /** The promise that this very move breaks. */
  readonly breaks?: string | undefined;
}

export interface Model<World> {
  readonly name: string;
  readonly start: World;
  /** Equal exactly for worlds that have the same future. */
  readonly key: (world: World) => string;
  readonly moves: (world: World) => readonly Move<World>[];
  /** The promise that is broken in this world, if one is. */
  readonly check: (world: World) => string | undefined;
  /** Nothing more is owed here: the saga has ended, or an operator can see that it is stuck. */
  readonly isSettled: (world: World) => boolean;
}

export interface Findings {
  readonly states: number;
  readonly moves: number;
  /** `null`: every promise holds in every reachable world. */
  readonly violation: { readonly promise: string; readonly trace: readonly string[] } | null;
}

const NOT_SETTLED = 'I8: from here on, without further faults, the saga neither ends nor is stuck';

/** Walks every world that can be reached, nearest first, so that the trace of a violation is as short as can be. */
export function explore<World>(model: Model<World>, limit = 2_000_000): Findings {
  const seen = new Map<string, number>([[model.key(model.start), 0]]);
  const parents: number[] = [-1];
  const settled: number[] = [];
  const progress: number[] = []; // from, to, from, to …
  let frontier: { readonly at: number; readonly world: World }[] = [{ at: 0, world: model.start }];
  let moves = 0;

  const found = (at: number, promise: string, last?: string): Findings => ({
    states: seen.size,
    moves,
    violation: {
      promise,
      trace: [...traceTo(model, at, parents, [...seen.keys()]), ...(last === undefined ? [] : [last])],
    },
  });

  while (frontier.length > 0) {
    const further: typeof frontier = [];
    for (const { at, world } of frontier) {
      const broken = model.check(world);
      if (broken) return found(at, broken);
      if (model.isSettled(world)) settled.push(at);
      for (const { what, isFault, to, breaks } of model.moves(world)) {
        moves++;
        if (breaks) return found(at, breaks, what);
        const key = model.key(to);
        let child = seen.get(key);
        if (child === undefined) {
          child = seen.size;
          seen.set(key, child);
          parents.push(at);
          further.push({ at: child, world: to });
          if (child > limit) throw new Error(`${model.name} has more than ${limit} states`);
        }
        if (!isFault) progress.push(at, child);
      }
    }
    frontier = further;
  }
  const unsettled = firstUnsettled(seen.size, settled, progress);
  return unsettled === -1 ? { states: seen.size, moves, violation: null } : found(unsettled, NOT_SETTLED);
}

/** The first world from which no settled one can be reached by moves that are no faults; -1 when there is none. */
function firstUnsettled(size: number, settled: readonly number[], progress: readonly number[]): number {
  const before = new Map<number, number[]>();
  for (let i = 0; i < progress.length; i += 2) {
    const list = before.get(progress[i + 1]!);
    if (list) list.push(progress[i]!);
    else before.set(progress[i + 1]!, [progress[i]!]);
  }
  const canSettle = new Uint8Array(size);
  const stack = [...settled];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (canSettle[at]) continue;
    canSettle[at] = 1;
    for (const from of before.get(at) ?? []) if (!canSettle[from]) stack.push(from);
  }
  return canSettle.indexOf(0);
}

/** What happened on the way, found by walking it again: only keys are kept, not worlds. */
function traceTo<World>(
  model: Model<World>,
  at: number,
  parents: readonly number[],
  keys: readonly string[],
): string[] {
  const path: number[] = [];
  for (let i = at; i > 0; i = parents[i]!) path.unshift(i);
  let world = model.start;
  return path.map((i) => {
    const move = model.moves(world).find(({ to }) => model.key(to) === keys[i])!;
    world = move.to;
    return move.what;
  });
}

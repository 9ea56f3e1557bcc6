import { suggestion } from './nearest.js';
import type { Place } from './problems.js';

/** A step as far as its order matters. */
export interface Node {
  readonly name: string | undefined;
  /** Absent: after the step above. */
  readonly after: readonly string[] | undefined;
  readonly place: Place;
}

/** The order of the steps, by index. */
export interface Order {
  readonly after: readonly (readonly number[])[];
  /** Every step that must be done before: the transitive closure of `after`. */
  readonly ancestors: readonly ReadonlySet<number>[];
  /** Every step that can only run later: the closure reversed, in ascending order. */
  readonly followers: readonly (readonly number[])[];
}

/** Works out the order of the steps. `undefined` when names or `after` are wrong; what is wrong goes to the steps' places. */
export function readOrder(nodes: readonly Node[]): Order | undefined {
  const { indexes, areUnique } = indexNames(nodes);
  const { after, areKnown } = readAfter(nodes, indexes);
  const { order, circles } = sort(after);
  circles.forEach((circle) => refuseCircle(nodes, circle));
  if (!areUnique || !areKnown || circles.length > 0) return undefined;

  const ancestors: Set<number>[] = nodes.map(() => new Set());
  const followers: number[][] = nodes.map(() => []);
  for (const i of order) {
    for (const before of after[i] ?? []) {
      ancestors[i]?.add(before);
      ancestors[before]?.forEach((earlier) => ancestors[i]?.add(earlier));
    }
  }
  ancestors.forEach((before, i) => before.forEach((earlier) => followers[earlier]?.push(i)));
  return { after, ancestors, followers };
}

function indexNames(nodes: readonly Node[]): { indexes: Map<string, number>; areUnique: boolean } {
  const indexes = new Map<string, number>();
  let areUnique = true;
  nodes.forEach(({ name, place }, i) => {
    if (name === undefined || indexes.has(name)) areUnique = false;
    if (name === undefined) return;
    const first = indexes.get(name);
    if (first === undefined) indexes.set(name, i);
    else
      place.at('name').refuse(`the step at /steps/${first} is called ${name}, too: give each step a name of its own`);
  });
  return { indexes, areUnique };
}

function readAfter(
  nodes: readonly Node[],
  indexes: ReadonlyMap<string, number>,
): { after: number[][]; areKnown: boolean } {
  let areKnown = true;
  const refuse = (place: Place, detail: string): void => {
    areKnown = false;
    place.refuse(detail);
  };
  const all = nodes.map(({ name, after, place }, i) => {
    if (!after) return i === 0 ? [] : [i - 1];
    const read: number[] = [];
    after.forEach((wanted, k) => {
      const spot = place.at('after').at(k);
      const index = indexes.get(wanted);
      if (index === undefined) refuse(spot, `no step is called ${wanted}${suggestion(wanted, [...indexes.keys()])}`);
      else if (index === i) refuse(spot, `${name} can't run after itself: leave it out`);
      else if (read.includes(index)) refuse(spot, `${wanted} is named twice: leave one out`);
      else read.push(index);
    });
    return read;
  });
  return { after: all, areKnown };
}

/**
 * The steps in an order in which each comes after those it waits for (Kahn 1962), and circles of steps that wait for one
 * another. Where there is a circle it is cut, so that the next one is found.
 */
function sort(after: readonly (readonly number[])[]): { order: number[]; circles: number[][] } {
  const order: number[] = [];
  const circles: number[][] = [];
  const done = new Set<number>();
  let open = after.map((_, i) => i);
  while (open.length > 0) {
    const ready = open.filter((i) => after[i]?.every((before) => done.has(before)));
    order.push(...ready);
    if (ready.length === 0) {
      const circle = findCircle(after, open[0] as number, done);
      circles.push(circle);
      ready.push(...circle);
    }
    ready.forEach((i) => done.add(i));
    open = open.filter((i) => !done.has(i));
  }
  return { order, circles };
}

/** Every step that is left waits for a step that is left, so walking back must come round. */
function findCircle(after: readonly (readonly number[])[], start: number, done: ReadonlySet<number>): number[] {
  const path: number[] = [];
  let at = start;
  while (!path.includes(at)) {
    path.push(at);
    at = after[at]?.find((before) => !done.has(before)) as number;
  }
  return path.slice(path.indexOf(at));
}

function refuseCircle(nodes: readonly Node[], circle: readonly number[]): void {
  const first = Math.min(...circle);
  const start = circle.indexOf(first);
  const names = [...circle.slice(start), ...circle.slice(0, start), first].map((i) => nodes[i]?.name).join(' after ');
  nodes[first]?.place.at('after').refuse(`the steps wait for one another: ${names}; take one of these out`);
}

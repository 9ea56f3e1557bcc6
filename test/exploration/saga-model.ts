import { isPastPivot, statusOf } from '../../src/saga/state.js';
import { Driving } from './driving.js';
import { explore, type Findings, type Model, type Move } from './explore.js';
import { Sagas } from './sagas.js';
import type { Scenario } from './scenario.js';
import { Surroundings } from './surroundings.js';
import { keyOf, type World } from './world.js';

/** One saga, two drivers, and all that can happen to them. */
export function sagaModel(scenario: Scenario): Model<World> {
  const sagas = new Sagas(scenario.definition, scenario.rules);
  const driving = new Driving(scenario, sagas);
  const surroundings = new Surroundings(scenario, sagas, driving);
  return {
    name: scenario.name,
    start: {
      head: sagas.accepted,
      now: 0,
      drivers: [null, null],
      strays: [],
      work: Object.fromEntries(
        scenario.definition.steps.map(({ name }) => [name, { effect: 0, isUndone: false, rows: {} }]),
      ),
      left: scenario.budget,
      isFresh: true,
    },
    key: keyOf,
    moves(world) {
      const moves: Move<World>[] = [];
      const idle = world.drivers.indexOf(null);
      if (idle !== -1) moves.push(...driving.load(world, idle));
      for (const [me, driver] of world.drivers.entries()) if (driver) moves.push(...driving.drive(world, me));
      moves.push(...surroundings.moves(world));
      return moves;
    },
    check: (world) => check(scenario, sagas, world),
    isSettled(world) {
      const status = statusOf(sagas.state(world.head));
      return status === 'completed' || status === 'compensated' || status === 'stuck';
    },
  };
}

export function exploreSaga(scenario: Scenario): Findings {
  return explore(sagaModel(scenario));
}

function check({ definition }: Scenario, sagas: Sagas, world: World): string | undefined {
  const state = sagas.state(world.head);
  const effectOf = (i: number): number => world.work[state.steps[i]!.name]!.effect;
  if (state.direction === 'back' && isPastPivot(state)) return 'I5: the saga turned back after its pivot';

  for (const [i, step] of definition.steps.entries()) {
    const { status } = state.steps[i]!;
    if (state.ended === 'completed' && status === 'succeeded' && effectOf(i) !== 1) {
      return `I2: the saga is completed, ${step.name} is in effect ${effectOf(i)} times`;
    }
    if (state.ended === 'compensated' && step.kind !== 'retriable' && effectOf(i) !== 0) {
      return `I2: the saga is compensated, ${step.name} (${status}) is in effect`;
    }
    if (state.direction === 'back' && step.kind === 'pivot' && effectOf(i) > 0) {
      return `I5: the saga turned back, and its pivot ${step.name} has taken effect`;
    }
  }
  return undefined;
}

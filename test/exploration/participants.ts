import type { Scenario } from './scenario.js';
import { spend, type Answer, type Request, type Work, type World } from './world.js';

/** What may become of a request when it arrives. */
export interface Arrival {
  readonly world: World;
  readonly answer: Answer;
  readonly breaks?: string | undefined;
}

/** Every way in which the participant may deal with a request. */
export function arrivals(scenario: Scenario, world: World, request: Request): Arrival[] {
  return request.operation === 'action' ? actions(scenario, world, request) : compensations(scenario, world, request);
}

function actions(scenario: Scenario, world: World, request: Request): Arrival[] {
  const { step } = request;
  const key = scenario.workOf(step, 'action', request.attempt);
  const work = world.work[step]!;
  const answers = (to: World, row: Work['rows'][string], effect: number, answer: Answer): Arrival => ({
    world: withWork(to, step, { ...work, effect, rows: { ...work.rows, [key]: row } }),
    answer,
    breaks: effect > work.effect ? flawOfEffect(work, step) : undefined,
  });

  switch (work.rows[key]) {
    case 'applied': // behind a barrier or not, the same work is not done twice
      return [answers(world, 'applied', work.effect, 'succeeded')];
    case 'pending':
      return [answers(world, 'pending', work.effect, 'accepted')];
    case 'rejected': // a no is a no, also when asked again
    case 'barred':
    case 'undone':
      return [answers(world, work.rows[key], work.effect, 'rejected')];
    case undefined:
      break;
  }
  const ways = [answers(world, 'applied', work.effect + 1, 'succeeded')];
  if (world.left.rejections > 0) ways.push(answers(spend(world, 'rejections'), 'rejected', work.effect, 'rejected'));
  if (world.left.acceptances > 0) ways.push(answers(spend(world, 'acceptances'), 'pending', work.effect, 'accepted'));
  return ways;
}

function compensations(scenario: Scenario, world: World, request: Request): Arrival[] {
  const { step } = request;
  const key = scenario.workOf(step, 'compensation', request.attempt);
  const work = world.work[step]!;
  const row = work.rows[key];
  const breaks = flawOfUndoing(scenario, world, step);
  const { [key]: _forgotten, ...others } = work.rows;
  const isUndone = row === 'applied' || row === 'undone';
  const rows = scenario.hasBarrier
    ? { ...others, [key]: isUndone ? ('undone' as const) : ('barred' as const) }
    : others;
  const effect = row === 'applied' ? work.effect - 1 : work.effect;
  const done: Arrival = { world: withWork(world, step, { effect, isUndone: true, rows }), answer: 'succeeded', breaks };
  if (world.left.undoRejections === 0) return [done];
  return [done, { world: spend(world, 'undoRejections'), answer: 'rejected', breaks }];
}

/** The work behind a 202 comes to its end, unless it was barred in between; then there is nothing to report. */
export function finishWork(world: World, step: string): Arrival | null {
  const work = world.work[step]!;
  const key = Object.keys(work.rows).find((k) => work.rows[k] === 'pending');
  if (key === undefined) return null;
  const breaks = flawOfEffect(work, step);
  const done = { ...work, effect: work.effect + 1, rows: { ...work.rows, [key]: 'applied' as const } };
  return { world: withWork(world, step, done), answer: 'succeeded', breaks };
}

function flawOfEffect(work: Work, step: string): string | undefined {
  if (work.isUndone) return `I3: ${step} takes effect after its compensation`;
  if (work.effect > 0) return `I6: ${step} takes effect twice`;
  return undefined;
}

function flawOfUndoing(scenario: Scenario, world: World, step: string): string | undefined {
  const { steps } = scenario.definition;
  const { followers } = steps.find(({ name }) => name === step)!;
  const early = followers.find((i) => world.work[steps[i]!.name]!.effect > 0);
  if (early !== undefined) return `I4: ${step} is undone while ${steps[early]!.name}, which ran after it, is in effect`;
  const pivot = steps.find(({ name, kind }) => kind === 'pivot' && world.work[name]!.effect > 0);
  return pivot && `I5: ${step} is undone although the pivot ${pivot.name} has taken effect`;
}

function withWork(world: World, step: string, work: Work): World {
  return { ...world, work: { ...world.work, [step]: work } };
}
